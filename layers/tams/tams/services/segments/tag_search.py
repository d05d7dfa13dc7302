"""Reads one page of the Segments with certain tags, however rare they are, at a bounded cost.

VAST finds tags by looking at each Segment of a window. So a page ends where enough have been looked at, with
fewer Segments than asked for or with none, and the next page goes on from there. The Segments in a window are
counted before it is searched, because an estimate fails where the timeline is uneven.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from tams.models.filters import TagFilter
from tams.models.stored import FlowOutline, StoredSegment
from tams.ports import Repositories
from tams.services.segments.window import PageRequest, Span, WindowReader, reader_of

LOOKED_AT_MAX = 50_000
"""Segments that VAST looks at for one page: some 28 hours of two seconds each."""
SENT_MAX = 10_000
"""The same where VAST sends the tags of all, because it cannot select by the absence of one."""
_WIDENING = 16


class Count(Protocol):
    """How many Segments start in `[from_ns, until_ns)`; None is an open bound."""

    def __call__(self, from_ns: int | None, until_ns: int | None) -> int: ...


@dataclass(slots=True)
class TagSearch:
    """Reads one page. VAST looks at `looks_max` Segments at most."""

    reader: WindowReader
    count: Count
    looks_max: int
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.looks_max

    def page(self, request: PageRequest) -> tuple[list[StoredSegment], int | None]:
        """The Segments in the order asked for. If more may follow, also the cursor of the next page."""
        if request.timerange.is_empty:
            return [], None
        found: list[StoredSegment] = []
        for span in self.reader.spans(request):
            cursor_ns = self._sweep(request, span, found)
            if len(found) > request.limit:
                return found[: request.limit], found[request.limit - 1].timerange.start_ns
            if cursor_ns is not None:
                return found, cursor_ns
        return found, None

    def _sweep(self, request: PageRequest, span: Span, found: list[StoredSegment]) -> int | None:
        """Adds what it finds, from the near end of the span on, until a page and one more are found.

        Returns a cursor if it has to stop before that.
        """
        (low_ns, high_ns), reverse = span, request.reverse
        width_ns = self.reader.width(request.limit + 1)
        while len(found) <= request.limit:
            if self._is_spent:
                return high_ns if reverse else _before(low_ns)
            window = self.reader.window(reverse, low_ns, high_ns, width_ns)
            window, rows = self._affordable(window, reverse=reverse)
            if rows:
                stretch = self.reader.look(request, window, request.limit + 1 - len(found))
                found += stretch.segments
                window = stretch.from_ns, stretch.until_ns
            edge_ns, end_ns = (window[0], low_ns) if reverse else (window[1], high_ns)
            if edge_ns == end_ns:
                break
            low_ns, high_ns = (low_ns, edge_ns) if reverse else (edge_ns, high_ns)
            width_ns = max(self._rest_ns, width_ns * _WIDENING)
        return None

    @property
    def _is_small(self) -> bool:
        """Whether all of the Flow may be looked at, so that nothing need be counted."""
        return self.reader.outline.timeline.segment_count <= self.looks_max

    @property
    def _is_spent(self) -> bool:
        """Half is enough: small windows for the rest would only cost round trips."""
        return self.left * 2 <= self.looks_max

    @property
    def _rest_ns(self) -> int:
        """The width of a window for all of a small Flow, or else for about three quarters of what is left."""
        return self.reader.width(self.looks_max if self._is_small else self.left * 3 // 5)

    def _affordable(self, window: Span, *, reverse: bool) -> tuple[Span, int]:
        """The window, or a part of it at the near end, and how many Segments in it are to be looked at."""
        if self._is_small:
            return window, self.looks_max
        rows = self.count(*window)
        if rows > self.left:
            window, rows = self._narrowed(window, reverse=reverse)
        self.left -= rows
        return window, rows

    def _narrowed(self, window: Span, *, reverse: bool) -> tuple[Span, int]:
        """The part that holds half of what may be looked at, or more; and how many Segments it holds.

        Found by bisection in time, as no two Segments start at the same time. The window holds too many.
        """
        (from_ns, until_ns), timeline = window, self.reader.outline.timeline
        assert timeline.first_ns is not None
        assert timeline.last_ns is not None
        low_ns = timeline.first_ns if from_ns is None else max(from_ns, timeline.first_ns)
        high_ns = timeline.last_ns if until_ns is None else min(until_ns, timeline.last_ns)
        enough_ns, much_ns = 0, high_ns - low_ns
        while True:
            width_ns = (enough_ns + much_ns) // 2
            part = (high_ns - width_ns, until_ns) if reverse else (from_ns, low_ns + width_ns)
            rows = self.count(*part)
            if rows > self.left:
                much_ns = width_ns
            elif rows * 2 < self.left and much_ns - width_ns > 1:
                enough_ns = width_ns
            else:
                return part, rows


def tag_search(
    repositories: Repositories, outline: FlowOutline, tags: Sequence[TagFilter]
) -> TagSearch:
    """A search inside a transaction that has read the Flow's outline."""
    are_sent = any(each.exists is False for each in tags)
    return TagSearch(
        reader_of(repositories, outline, tags=tags),
        partial(repositories.segments.count_starting, outline),
        SENT_MAX if are_sent else LOOKED_AT_MAX,
    )


def _before(low_ns: int | None) -> int | None:
    """The cursor after which a span begins."""
    return None if low_ns is None else low_ns - 1
