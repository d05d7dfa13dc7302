"""Pages of deleted Segments against plain sorting, on a store that stops at rows of its own choice."""

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tams.models.binned import BinnedTimeline, SegmentKey
from tams.models.recycle_bin import Deletion
from tams.models.stored import FlowOutline, StoredSegment
from tams.models.timelines import Timeline, timeline_of
from tams.services.recycle_bin.binned_reader import BinnedReader
from tams.services.segments.window import PageRequest
from tams.timing import TimeRange

DELETION = Deletion("d", 0, 1)
ENTRIES = st.lists(
    st.lists(st.integers(0, 12), min_size=1, unique=True).map(sorted), min_size=1, max_size=6
)
RANGES = st.sampled_from(["_", "[0:3_0:7)", "[0:0_0:1)", "(0:2_", "_0:9]", "()"])


class Bin:
    """Entries with Segments of one nanosecond at these starts; it counts selects."""

    def __init__(self, entries: Sequence[Sequence[int]]) -> None:
        self.rows: list[tuple[BinnedTimeline, StoredSegment]] = []
        self.timelines: list[BinnedTimeline] = []
        self.selects = 0
        for number, starts in enumerate(entries):
            entry_id = f"{number:06}"
            segments = [
                StoredSegment("flow", TimeRange.between(at, at + 1), f"{number}/{at}", ())
                for at in starts
            ]
            timeline = Timeline(id=timeline_of("flow", entry_id))
            for each in segments:
                timeline = timeline.including(each.timerange)
            made = BinnedTimeline(entry_id, FlowOutline("flow", timeline), DELETION)
            self.timelines.append(made)
            self.rows += [(made, each) for each in segments]

    def fetch(
        self,
        timelines: Sequence[BinnedTimeline],
        from_ns: int | None,
        until_ns: int | None,
        *,
        rows_max: int,
    ) -> list[tuple[BinnedTimeline, StoredSegment]]:
        self.selects += 1
        near = {each.entry_id for each in timelines}
        found = [
            row
            for row in self.rows
            if row[0].entry_id in near
            and (from_ns is None or row[1].timerange.start_ns >= from_ns)  # type: ignore[operator]
            and (until_ns is None or row[1].timerange.start_ns < until_ns)  # type: ignore[operator]
        ]
        random.Random(len(found)).shuffle(found)
        return found[:rows_max]


def walk(kept: Bin, request: PageRequest, *, is_sparse: bool = False) -> list[SegmentKey]:
    reader, after = BinnedReader(kept.fetch, kept.timelines, is_sparse), None
    found: list[SegmentKey] = []
    while True:
        page = [each.key for each in reader.page(request, after)]
        found += page[: request.limit]
        if len(page) <= request.limit:
            return found
        after = found[-1]


@given(ENTRIES, st.integers(1, 5), RANGES, st.booleans(), st.booleans())
def test_pages_are_all_segments_in_order(
    entries: list[list[int]], limit: int, timerange: str, reverse: bool, is_sparse: bool
) -> None:
    kept, asked = Bin(entries), TimeRange.parse(timerange)

    found = walk(kept, PageRequest(asked, limit, reverse), is_sparse=is_sparse)

    expected = [
        (segment.timerange.half_open()[0], it.entry_id)
        for it, segment in kept.rows
        if segment.timerange.overlaps(asked)
    ]
    assert found == sorted(expected, reverse=reverse)


@settings(max_examples=8)
@given(st.integers(1, 4), st.booleans())
def test_many_deletions_of_one_instant_are_paged(limit: int, reverse: bool) -> None:
    """More start together than a select returns."""
    kept = Bin([[1, 5, 9]] + [[5]] * 150)

    found = walk(kept, PageRequest(TimeRange.eternity(), limit, reverse))

    expected = [(1, "000000"), *((5, f"{each:06}") for each in range(151)), (9, "000000")]
    assert found == sorted(expected, reverse=reverse)


def test_a_page_of_many_takes_few_selects() -> None:
    kept = Bin([list(range(first, 6_000, 3)) for first in range(3)])
    reader = BinnedReader(kept.fetch, kept.timelines)

    for after in (None, (3_000, "000000")):
        kept.selects = 0
        page = reader.page(PageRequest(TimeRange.eternity(), 100), after)
        assert (len(page) > 100, kept.selects <= 3) == (True, True)
