"""Reads a page of the Segments of a Flow that are in the recycle bin, in time order, at a bounded cost.

All entries are read as one timeline, through windows as in `segments.window`. Two things differ. Segments of
different entries may overlap, and even start together. So the key of a page has the id of an entry too. A
window of one instant that is still too full is read some entries at a time: an entry has at most one Segment
that starts then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tams.models.binned import BinnedTimeline, ListedSegment, SegmentKey
from tams.models.stored import StoredSegment
from tams.models.timelines import Timeline
from tams.services.segments.window import WIDENING, PageRequest, Span, bounds, width, window


class FetchBinned(Protocol):
    """Segments that start in `[from_ns, until_ns)` on these timelines; `rows_max` may cut them short."""

    def __call__(
        self,
        timelines: Sequence[BinnedTimeline],
        from_ns: int | None,
        until_ns: int | None,
        *,
        rows_max: int,
    ) -> list[tuple[BinnedTimeline, StoredSegment]]: ...


@dataclass(frozen=True, slots=True)
class BinnedReader:
    """`is_sparse` says that `fetch` finds few Segments, wherever they lie: then the first window is all."""

    fetch: FetchBinned
    timelines: Sequence[BinnedTimeline]
    is_sparse: bool = False

    def page(self, request: PageRequest, after: SegmentKey | None) -> list[ListedSegment]:
        """The Segments that follow the key, in the order asked for: all, or more than `limit`.

        Of `request`, the cursor does not count.
        """
        if request.timerange.is_empty or not self.timelines:
            return []
        wanted = request.limit + 1
        found: list[ListedSegment] = []
        low_ns, high_ns = bounds(request, self._whole.longest_ns)
        if after is not None:
            start_ns, entry_id = after
            found += self._instant(request, start_ns, wanted, entry_id)
            if request.reverse:
                high_ns = start_ns if high_ns is None else min(high_ns, start_ns)
            else:
                low_ns = start_ns + 1 if low_ns is None else max(low_ns, start_ns + 1)
        if len(found) < wanted:
            found += self._sweep(request, (low_ns, high_ns), wanted - len(found))
        return found

    @property
    def _whole(self) -> Timeline:
        """All entries as one timeline."""
        each = [it.outline.timeline for it in self.timelines]
        firsts = [it.first_ns for it in each if it.first_ns is not None]
        lasts = [it.last_ns for it in each if it.last_ns is not None]
        return Timeline(
            segment_count=sum(it.segment_count for it in each),
            first_ns=None if self.is_sparse else min(firsts),
            last_ns=None if self.is_sparse else max(lasts),
            longest_ns=max(it.longest_ns for it in each),
        )

    def _sweep(self, request: PageRequest, span: Span, wanted: int) -> list[ListedSegment]:
        """Windows from the near end of the span to its far end, until enough is found."""
        low_ns, high_ns = span
        whole = self._whole
        width_ns = width(whole, wanted)
        found: list[ListedSegment] = []
        while low_ns is None or high_ns is None or low_ns < high_ns:
            span = window(whole, request.reverse, (low_ns, high_ns), width_ns)
            some, (from_ns, until_ns) = self._look(request, span, wanted - len(found))
            found += some
            edge_ns, end_ns = (from_ns, low_ns) if request.reverse else (until_ns, high_ns)
            if len(found) >= wanted or edge_ns == end_ns:
                break
            low_ns, high_ns = (low_ns, edge_ns) if request.reverse else (edge_ns, high_ns)
            width_ns = max(1, width_ns) * WIDENING
        return found

    def _look(
        self, request: PageRequest, span: Span, needed: int
    ) -> tuple[list[ListedSegment], Span]:
        """The Segments of a window, or of the part of it at the near end that was read."""
        from_ns, until_ns = span
        rows_max = 2 * needed + 64
        while True:
            near = [it for it in self.timelines if _reaches(it, from_ns, until_ns)]
            rows = self.fetch(near, from_ns, until_ns, rows_max=rows_max) if near else []
            if len(rows) < rows_max:
                return _listed(request, rows), (from_ns, until_ns)
            edge_ns = _ordered(request, rows)[needed].start_ns
            if (from_ns, until_ns) == (edge_ns, edge_ns + 1):
                return self._instant(request, edge_ns, needed), (from_ns, until_ns)
            if request.reverse:
                # Up to this instant; if the window ends there already, without it.
                from_ns = edge_ns if from_ns != edge_ns else edge_ns + 1
            else:
                until_ns = edge_ns + 1 if until_ns != edge_ns + 1 else edge_ns

    def _instant(
        self, request: PageRequest, at_ns: int, needed: int, after: str | None = None
    ) -> list[ListedSegment]:
        """What starts at an instant, in order, of the entries after this one: all, or as many as needed."""
        near = sorted(
            (
                it
                for it in self.timelines
                if _reaches(it, at_ns, at_ns + 1)
                and (
                    after is None
                    or (it.entry_id < after if request.reverse else it.entry_id > after)
                )
            ),
            key=lambda it: it.entry_id,
            reverse=request.reverse,
        )
        found: list[ListedSegment] = []
        at_once = 2 * needed + 64
        for first in range(0, len(near), at_once):
            some = near[first : first + at_once]
            rows = self.fetch(some, at_ns, at_ns + 1, rows_max=at_once + 1)
            found += _listed(request, rows)
            if len(found) >= needed:
                break
        return found


def _reaches(each: BinnedTimeline, from_ns: int | None, until_ns: int | None) -> bool:
    """Whether a Segment of the entry can start in `[from_ns, until_ns)`."""
    first_ns, last_ns = each.outline.timeline.first_ns, each.outline.timeline.last_ns
    assert first_ns is not None
    assert last_ns is not None
    return (until_ns is None or first_ns < until_ns) and (from_ns is None or last_ns > from_ns)


Row = tuple[BinnedTimeline, StoredSegment]


def _listed(request: PageRequest, rows: Iterable[Row]) -> list[ListedSegment]:
    overlapping = [row for row in rows if row[1].timerange.overlaps(request.timerange)]
    return _ordered(request, overlapping)


def _ordered(request: PageRequest, rows: Iterable[Row]) -> list[ListedSegment]:
    found = [ListedSegment(segment, it.entry_id, it.deletion) for it, segment in rows]
    return sorted(found, key=lambda each: each.key, reverse=request.reverse)
