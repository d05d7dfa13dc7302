"""Reading one page of a Flow's Segments in time order, at a cost that does not know the Flow's length.

VAST neither sorts nor pages by key, so a page is read through a window of time that should hold about as
many Segments as are wanted: estimated from the Flow's summary, widened over gaps, narrowed in bursts, until
the page is exact. Two facts carry it: Segments of a Flow do not overlap, and none is longer than the
summary's `longest_ns`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from tams.models.stored import StoredSegment, Timeline, finite
from tams.ports import Repositories
from tams.timing import TimeRange

_WIDENING = 4
_MARGIN = 1.25


class Fetch(Protocol):
    """Segments that start in `[from_ns, until_ns)` and end after `ending_after_ns`, in no order.

    None leaves a bound open. Fewer than `rows_max` means that these are all.
    """

    def __call__(
        self,
        from_ns: int | None,
        until_ns: int | None,
        *,
        ending_after_ns: int | None,
        rows_max: int,
    ) -> list[StoredSegment]: ...


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Up to `limit` Segments that overlap `timerange`, after the one that starts at `cursor_ns`."""

    timerange: TimeRange
    limit: int
    reverse: bool = False
    cursor_ns: int | None = None


@dataclass(slots=True)
class WindowReader:
    """One read. An old `hint` costs round trips, never exactness; `refresh` reads it anew."""

    fetch: Fetch
    hint: Timeline
    refresh: Callable[[], Timeline]

    def page(self, request: PageRequest) -> tuple[list[StoredSegment], bool]:
        """The Segments in the order asked for, and whether more follow."""
        if request.timerange.is_empty:
            return [], False
        wanted = request.limit + 1
        found = self._sweep(request, wanted)
        if self._may_miss_first(request, found, wanted):
            found = self._with_long_one(request, found)
        return found[: request.limit], len(found) > request.limit

    def _sweep(self, request: PageRequest, wanted: int) -> list[StoredSegment]:
        """Windows from the near end of the request to its far end, until enough is found."""
        low_ns, high_ns = self._bounds(request)
        width_ns = self._width(wanted)
        found: list[StoredSegment] = []
        while True:
            from_ns, until_ns = self._window(request.reverse, low_ns, high_ns, width_ns)
            rows = self._exactly(request, from_ns, until_ns, wanted - len(found))
            found += rows
            reached = from_ns == low_ns if request.reverse else until_ns == high_ns
            if len(found) >= wanted or reached:
                return found
            if request.reverse:
                high_ns = from_ns
            else:
                low_ns = until_ns
            width_ns = max(1, width_ns) * _WIDENING

    def _bounds(self, request: PageRequest) -> tuple[int | None, int | None]:
        """Where Segments of the page can start; None is open."""
        start_ns, (_, high_ns) = request.timerange.start_ns, request.timerange.half_open()
        low_ns = None if start_ns is None else start_ns - self.hint.longest_ns
        cursor_ns = request.cursor_ns
        if cursor_ns is not None and request.reverse:
            high_ns = cursor_ns if high_ns is None else min(high_ns, cursor_ns)
        elif cursor_ns is not None:
            low_ns = cursor_ns + 1 if low_ns is None else max(low_ns, cursor_ns + 1)
        return low_ns, high_ns

    def _width(self, wanted: int) -> int:
        """The time that holds about `wanted` Segments; at least one Segment's."""
        hint = self.hint
        if hint.first_ns is None or hint.last_ns is None or hint.segment_count <= wanted:
            return 0 if hint.first_ns is None else (hint.last_ns or 0) - hint.first_ns + 1
        mean_ns = (hint.last_ns - hint.first_ns) / hint.segment_count
        return max(int(mean_ns * wanted * _MARGIN), hint.longest_ns) + 1

    def _window(
        self, reverse: bool, low_ns: int | None, high_ns: int | None, width_ns: int
    ) -> tuple[int | None, int | None]:
        """The next window; the last one takes the request's own bound, however the hint has aged."""
        first_ns, last_ns = self.hint.first_ns, self.hint.last_ns
        if first_ns is None or last_ns is None:
            return low_ns, high_ns
        if reverse:
            edge_ns = last_ns if high_ns is None else min(high_ns, last_ns)
            from_ns = edge_ns - width_ns
            beyond = from_ns <= (first_ns if low_ns is None else max(low_ns, first_ns))
            return (low_ns if beyond else from_ns), high_ns
        edge_ns = first_ns if low_ns is None else max(low_ns, first_ns)
        until_ns = edge_ns + width_ns
        beyond = until_ns >= (last_ns if high_ns is None else min(high_ns, last_ns))
        return low_ns, (high_ns if beyond else until_ns)

    def _exactly(
        self, request: PageRequest, from_ns: int | None, until_ns: int | None, needed: int
    ) -> list[StoredSegment]:
        """The nearest `needed` Segments of a window, or all of it when it holds fewer, in order."""
        rows_max = 2 * needed + 64
        while True:
            rows = self.fetch(
                from_ns,
                until_ns,
                ending_after_ns=request.timerange.start_ns,
                rows_max=rows_max,
            )
            rows.sort(key=_start_ns, reverse=request.reverse)
            if len(rows) < rows_max:
                return [row for row in rows if row.timerange.overlaps(request.timerange)]
            # Too many to be sure that these are the nearest. Up to the last one needed there are enough.
            # (One more than needed, because the first may only touch the timerange.)
            edge_ns = _start_ns(rows[needed])
            if request.reverse:
                from_ns = edge_ns
            else:
                until_ns = edge_ns + 1

    def _may_miss_first(
        self, request: PageRequest, found: list[StoredSegment], wanted: int
    ) -> bool:
        """Whether a Segment longer than the hint knows could reach into the timerange from before it.

        It cannot when one that was found covers the start already, for Segments do not overlap.
        """
        start_ns, cursor_ns = request.timerange.start_ns, request.cursor_ns
        if start_ns is None:
            return False
        if request.reverse and len(found) >= wanted:
            return False
        if not request.reverse and cursor_ns is not None:
            return False
        if request.reverse and cursor_ns is not None and cursor_ns <= start_ns:
            return False
        earliest = min((_start_ns(segment) for segment in found), default=None)
        return earliest is None or earliest > start_ns

    def _with_long_one(
        self, request: PageRequest, found: list[StoredSegment]
    ) -> list[StoredSegment]:
        known_ns = self.hint.longest_ns
        fresh = self.refresh()
        start_ns = request.timerange.start_ns
        if start_ns is None or fresh.longest_ns <= known_ns:
            return found
        self.hint = fresh
        missed = self._exactly(request, start_ns - fresh.longest_ns, start_ns - known_ns, 1)
        return found + missed if request.reverse else missed + found


def reader_of(
    repositories: Repositories,
    flow_id: str,
    hint: Timeline,
    refresh: Callable[[], Timeline],
    *,
    object_id: str | None = None,
    for_change: bool = False,
) -> WindowReader:
    """A reader of one Flow's Segments inside a transaction.

    With `object_id` there is nothing to estimate: its few Segments are found by it, whenever they are.
    """

    def fetch(
        from_ns: int | None,
        until_ns: int | None,
        *,
        ending_after_ns: int | None,
        rows_max: int,
    ) -> list[StoredSegment]:
        return repositories.segments.between(
            flow_id,
            from_ns,
            until_ns,
            ending_after_ns=ending_after_ns,
            object_id=object_id,
            rows_max=rows_max,
            for_change=for_change,
        )

    if object_id is not None:
        hint = replace(hint, first_ns=None, last_ns=None)
    return WindowReader(fetch, hint, refresh)


def _start_ns(segment: StoredSegment) -> int:
    return finite(segment.timerange)[0]
