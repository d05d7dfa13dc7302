"""Overlaps on a timeline: found among neighbours, with the bounds as they are written (TIM-18)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tams.models.flow_segment import FlowSegmentPost
from tams.services.segments.occupied import Occupied, lookback_spans
from tams.timing import TimeRange

SECOND = 1_000_000_000


def seconds(start: int, end: int) -> TimeRange:
    return TimeRange.parse(f"[{start}:0_{end}:0)")


@pytest.mark.parametrize(
    ("taken", "wanted", "overlaps"),
    [
        ("[0:0_1:0)", "[1:0_2:0)", False),
        ("[0:0_1:0]", "[1:0_2:0)", True),
        ("[0:0_1:0]", "(1:0_2:0)", False),
        ("[1:0_2:0)", "[0:0_1:0]", True),
        ("[0:0_10:0)", "[4:0_5:0)", True),
        ("[4:0_5:0)", "[0:0_10:0)", True),
    ],
)
def test_bounds_decide(taken: str, wanted: str, overlaps: bool) -> None:
    found = Occupied([TimeRange.parse(taken)]).overlapping(TimeRange.parse(wanted))

    assert (found is not None) is overlaps


spans = st.tuples(st.integers(0, 60), st.integers(1, 8)).map(lambda it: seconds(it[0], sum(it)))


@given(st.lists(spans, max_size=25), spans)
def test_what_was_added_one_by_one_is_found_as_by_looking_at_all(
    offered: list[TimeRange], wanted: TimeRange
) -> None:
    occupied, taken = Occupied([]), list[TimeRange]()
    for each in offered:
        if occupied.overlapping(each) is None:
            occupied.add(each)
            taken.append(each)
        else:
            assert any(other.overlaps(each) for other in taken)

    expected = any(each.overlaps(wanted) for each in taken)
    assert (occupied.overlapping(wanted) is not None) is expected


def a_post(start: int, end: int) -> FlowSegmentPost:
    return FlowSegmentPost.from_body({"object_id": "o", "timerange": str(seconds(start, end))})


def test_the_lookback_covers_whatever_could_reach_a_posted_segment() -> None:
    posts = [a_post(100, 102), a_post(10, 12), a_post(11, 13)]

    assert lookback_spans([each.timerange for each in posts], 2 * SECOND) == [
        (8 * SECOND, 13 * SECOND - 1),
        (98 * SECOND, 102 * SECOND - 1),
    ]
    assert lookback_spans([], SECOND) == []
