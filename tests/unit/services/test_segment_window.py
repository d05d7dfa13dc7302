"""The page reader against a slow, obvious model: every page of every timeline, with any Segments hidden."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tams.models.stored import StoredSegment
from tams.models.timelines import finite
from tams.services.segments.window import PageRequest
from tams.timing import TimeRange
from tests.unit.services.timelines import Shuffled, a_segment, ranges, timelines


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_all_pages_together_are_what_the_timerange_overlaps_in_order(data: st.DataObject) -> None:
    segments = data.draw(timelines())
    timerange = data.draw(ranges(segments))
    reverse = data.draw(st.booleans())
    limit = data.draw(st.integers(1, 20))
    hidden = [data.draw(ranges(segments)) for _ in range(data.draw(st.integers(0, 2)))]
    fetch = Shuffled(segments, data.draw(st.integers()))
    reader = fetch.reader(*hidden)

    found: list[StoredSegment] = []
    cursor_ns: int | None = None
    while True:
        request = PageRequest(timerange, limit, reverse, cursor_ns)
        page, more = reader.page(request)
        found += page
        if not more:
            break
        assert len(page) == limit
        cursor_ns = page[-1].timerange.start_ns

    expected = [
        each
        for each in segments
        if each.timerange.overlaps(timerange)
        and not any(gone.contains(each.timerange) for gone in hidden)
    ]
    assert found == (expected[::-1] if reverse else expected)


def test_a_page_in_a_burst_and_a_page_over_a_gap_take_few_reads() -> None:
    burst = [a_segment(n * 10, n * 10 + 10) for n in range(20_000)]
    far = [a_segment(10**16 + n * 10, 10**16 + n * 10 + 10) for n in range(20_000)]
    fetch = Shuffled(burst + far, seed=1)
    reader = fetch.reader()

    page, more = reader.page(PageRequest(TimeRange.eternity(), 30))

    assert page == burst[:30]
    assert more
    assert fetch.calls <= 12

    fetch.calls = 0
    across = PageRequest(TimeRange.between(burst[-5].timerange.start_ns, None), 30)
    page, _ = reader.page(across)

    assert page == burst[-5:] + far[:25]
    assert fetch.calls <= 16


def test_an_even_timeline_is_read_at_once_and_without_waste() -> None:
    segments = [a_segment(n * 40, n * 40 + 40) for n in range(50_000)]
    fetch = Shuffled(segments, seed=2)
    reader = fetch.reader()

    page, more = reader.page(
        PageRequest(TimeRange.between(1_000_000, None), 30, cursor_ns=1_000_000)
    )

    assert [each.timerange.start_ns for each in page] == list(range(1_000_040, 1_001_240, 40))
    assert more
    assert fetch.calls == 1
    assert fetch.rows < 60


def test_what_is_being_deleted_is_stepped_over_without_reading_it() -> None:
    segments = [a_segment(n * 40, n * 40 + 40) for n in range(50_000)]
    fetch = Shuffled(segments, seed=3)
    hidden = [TimeRange.between(4_000, 1_990_000)]
    reader = fetch.reader(*hidden)

    page, _ = reader.page(PageRequest(TimeRange.between(3_960, None), 30))

    assert [each.timerange.start_ns for each in page][:3] == [3_960, 1_990_000, 1_990_040]
    assert fetch.calls <= 4
    assert fetch.rows < 250


@pytest.mark.parametrize("reverse", [False, True])
def test_nothing_is_lost_beside_a_burst_of_what_is_being_deleted(reverse: bool) -> None:
    burst = [a_segment(n, n + 1) for n in range(2_000, 2_400)]
    seen = [a_segment(0, 1_000), *(a_segment(n, n + 10) for n in range(2_400, 4_400, 10))]
    segments = sorted(seen + burst, key=lambda each: finite(each.timerange))
    if reverse:
        segments = [a_segment(-b, -a) for a, b in (finite(each.timerange) for each in segments)]
        segments.reverse()
        seen = [
            each for each in segments if finite(each.timerange)[1] - finite(each.timerange)[0] > 1
        ]
    hidden = [TimeRange.between(-2_400, -1_500) if reverse else TimeRange.between(1_500, 2_400)]
    reader = Shuffled(segments, seed=4).reader(*hidden)

    page, more = reader.page(PageRequest(TimeRange.eternity(), 5, reverse))

    assert more
    assert page == (seen[::-1] if reverse else seen)[:5]
