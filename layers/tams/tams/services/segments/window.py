"""Reads one page of a Flow's Segments in time order, at a cost independent of the Flow's length.

VAST neither sorts nor pages by key, so a page is read through a window of time that should hold about as many
Segments as are wanted. The window is estimated from the Flow's summary, widened over gaps, and narrowed in
bursts until the page is exact. This relies on two facts: Segments of a Flow do not overlap, and none is
longer than the summary's `longest_ns`. Segments that a deletion is still removing are skipped, however many
there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from tams.models.filters import TagFilter
from tams.models.stored import FlowOutline, StoredSegment, Stretch
from tams.models.timelines import Timeline
from tams.ports import Repositories
from tams.timing import TimeRange

WIDENING = 4
"""How much wider each window is than the one before it."""
_MARGIN = 1.25


class Fetch(Protocol):
    """Segments that start in `[from_ns, until_ns)` and end after `ending_after_ns`, without hidden ones.

    None leaves a bound open. If there are many more than `needed`, only the nearest are sure to be complete;
    `reverse` says which end is near.
    """

    def __call__(
        self,
        from_ns: int | None,
        until_ns: int | None,
        *,
        needed: int,
        reverse: bool,
        ending_after_ns: int | None,
    ) -> Stretch: ...


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Up to `limit` Segments that overlap `timerange`, after the one that starts at `cursor_ns`."""

    timerange: TimeRange
    limit: int
    reverse: bool = False
    cursor_ns: int | None = None


Span = tuple[int | None, int | None]
"""A half-open range of Segment start times; None is an open bound."""


@dataclass(frozen=True, slots=True)
class WindowReader:
    """Reads one Flow; `outline` comes from the same snapshot."""

    fetch: Fetch
    outline: FlowOutline

    def page(self, request: PageRequest) -> tuple[list[StoredSegment], bool]:
        """The Segments in the order asked for, and whether more follow."""
        if request.timerange.is_empty:
            return [], False
        wanted = request.limit + 1
        found: list[StoredSegment] = []
        for span in self.spans(request):
            found += self._sweep(request, span, wanted - len(found))
            if len(found) >= wanted:
                break
        return found[: request.limit], len(found) > request.limit

    def spans(self, request: PageRequest) -> Sequence[Span]:
        """Where Segments of the page can start, excluding stretches in which all are hidden."""
        spans = [bounds(request, self.outline.timeline.longest_ns)]
        for timerange in self.outline.deleting.values():
            start_ns, end_ns = timerange.half_open()
            # The last hidden Segment may start in the stretch and reach out of it; then it is not hidden.
            hole = (start_ns, None if end_ns is None else end_ns - self.outline.timeline.longest_ns)
            spans = [piece for span in spans for piece in _without(span, hole)]
        return spans[::-1] if request.reverse else spans

    def _sweep(self, request: PageRequest, span: Span, wanted: int) -> list[StoredSegment]:
        """Windows from the near end of the span to its far end, until enough is found."""
        low_ns, high_ns = span
        width_ns = self.width(wanted)
        found: list[StoredSegment] = []
        while True:
            window = self.window(request.reverse, low_ns, high_ns, width_ns)
            stretch = self.look(request, window, wanted - len(found))
            found += stretch.segments
            edge_ns, end_ns = (
                (stretch.from_ns, low_ns) if request.reverse else (stretch.until_ns, high_ns)
            )
            if len(found) >= wanted or edge_ns == end_ns:
                return found
            if request.reverse:
                high_ns = edge_ns
            else:
                low_ns = edge_ns
            width_ns = max(1, width_ns) * WIDENING

    def look(self, request: PageRequest, window: Span, needed: int) -> Stretch:
        """The Segments of the page that start in the window, or in a part of it at the near end."""
        stretch = self.fetch(
            *window,
            needed=needed,
            reverse=request.reverse,
            ending_after_ns=request.timerange.start_ns,
        )
        found = [it for it in stretch.segments if it.timerange.overlaps(request.timerange)]
        return replace(stretch, segments=found)

    def width(self, wanted: int) -> int:
        """The time that holds about `wanted` Segments, and at least the length of one."""
        return width(self.outline.timeline, wanted)

    def window(self, reverse: bool, low_ns: int | None, high_ns: int | None, width_ns: int) -> Span:
        """The next window. The last one ends at the span's own bound."""
        return window(self.outline.timeline, reverse, (low_ns, high_ns), width_ns)


def bounds(request: PageRequest, longest_ns: int) -> Span:
    """Where Segments of the page can start, of which none is longer than that."""
    start_ns, (_, high_ns) = request.timerange.start_ns, request.timerange.half_open()
    low_ns = None if start_ns is None else start_ns - longest_ns
    cursor_ns = request.cursor_ns
    if cursor_ns is not None and request.reverse:
        high_ns = cursor_ns if high_ns is None else min(high_ns, cursor_ns)
    elif cursor_ns is not None:
        low_ns = cursor_ns + 1 if low_ns is None else max(low_ns, cursor_ns + 1)
    return low_ns, high_ns


def width(timeline: Timeline, wanted: int) -> int:
    """The time that holds about `wanted` Segments, and at least the length of one."""
    first_ns, last_ns = timeline.first_ns, timeline.last_ns
    if first_ns is None or last_ns is None or timeline.segment_count <= wanted:
        return 0 if first_ns is None else (last_ns or 0) - first_ns + 1
    mean_ns = (last_ns - first_ns) / timeline.segment_count
    return max(int(mean_ns * wanted * _MARGIN), timeline.longest_ns) + 1


def window(timeline: Timeline, reverse: bool, span: Span, width_ns: int) -> Span:
    """The next window from the near end of the span. The last one ends at the span's own bound."""
    low_ns, high_ns = span
    first_ns, last_ns = timeline.first_ns, timeline.last_ns
    if first_ns is None or last_ns is None:
        return span
    if reverse:
        edge_ns = last_ns if high_ns is None else min(high_ns, last_ns)
        from_ns = edge_ns - width_ns
        beyond = from_ns <= (first_ns if low_ns is None else max(low_ns, first_ns))
        return (low_ns if beyond else from_ns), high_ns
    edge_ns = first_ns if low_ns is None else max(low_ns, first_ns)
    until_ns = edge_ns + width_ns
    beyond = until_ns >= (last_ns if high_ns is None else min(high_ns, last_ns))
    return low_ns, (high_ns if beyond else until_ns)


def reader_of(
    repositories: Repositories,
    outline: FlowOutline,
    *,
    object_id: str | None = None,
    init_object_id: str | None = None,
    tags: Sequence[TagFilter] = (),
    for_change: bool = False,
) -> WindowReader:
    """A reader of one Flow's Segments inside a transaction that has read its outline.

    With `object_id` nothing needs estimating: the Object's few Segments are found by it, at whatever time
    they lie. Of all Segments, only `TagSearch` can read those with certain tags at a bounded cost.
    """
    fetch = partial(
        repositories.segments.stretch,
        outline,
        object_id=object_id,
        init_object_id=init_object_id,
        tags=tags,
        for_change=for_change,
    )
    if object_id is not None:
        timeline = replace(outline.timeline, first_ns=None, last_ns=None)
        outline = replace(outline, timeline=timeline)
    return WindowReader(fetch, outline)


def _without(span: Span, hole: Span) -> Iterator[Span]:
    """The pieces of a span that are outside a hole."""
    low_ns, high_ns = span
    from_ns, until_ns = hole
    if from_ns is not None and until_ns is not None and from_ns >= until_ns:
        yield span
        return
    if from_ns is not None and (low_ns is None or low_ns < from_ns):
        yield low_ns, from_ns if high_ns is None else min(high_ns, from_ns)
    if until_ns is not None and (high_ns is None or until_ns < high_ns):
        yield until_ns if low_ns is None else max(low_ns, until_ns), high_ns
