"""Any stretch is made of few buckets and two short ends, at any zoom."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tams.models.coverage_buckets import (
    COARSEST,
    FINEST,
    STEP,
    Run,
    Tally,
    coarse_enough,
    decomposed,
    level_for,
    level_of,
    outward,
    summed,
    width_ns,
)
from tams.timing.spans import Span
from tams.timing.timestamp import NS_MAX, NS_MIN

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
YEAR = 365 * DAY
LEVELS = range(FINEST, COARSEST + 1, STEP)
times = st.one_of(
    st.integers(NS_MIN, NS_MAX), st.integers(-YEAR, YEAR), st.integers(-3 * SECOND, 3 * SECOND)
)
spans = st.tuples(times, times).map(sorted).map(tuple).filter(lambda it: it[0] < it[1])


def of_run(run: Run) -> Span:
    return run.first * width_ns(run.exponent), run.end * width_ns(run.exponent)


def test_each_bucket_is_a_whole_number_of_nanoseconds_and_four_of_the_next_finer() -> None:
    for exponent in LEVELS[:-1]:
        assert width_ns(exponent + STEP) == 4 * width_ns(exponent)
    assert width_ns(0) == SECOND
    assert width_ns(FINEST) * 64 == SECOND


@given(spans, st.sampled_from(LEVELS), st.sampled_from(LEVELS))
def test_the_buckets_and_the_ends_are_the_stretch_without_overlap(
    span: Span, one: int, other: int
) -> None:
    finest, coarsest = min(one, other), max(one, other)

    runs, rest = decomposed(span, finest, coarsest)

    pieces = sorted([*(of_run(each) for each in runs), *rest])
    assert pieces[0][0] == span[0]
    assert pieces[-1][1] == span[1]
    assert all(before[1] == after[0] for before, after in pairwise(pieces))


@given(spans, st.sampled_from(LEVELS), st.sampled_from(LEVELS))
def test_a_stretch_of_any_length_takes_few_fine_buckets_and_short_ends(
    span: Span, one: int, other: int
) -> None:
    finest, coarsest = min(one, other), max(one, other)

    runs, rest = decomposed(span, finest, coarsest)

    below = sum(each.end - each.first for each in runs if each.exponent < coarsest)
    assert below <= 7 * len(LEVELS)
    assert sum(end - start for start, end in rest) < 2 * width_ns(finest)


@given(spans, st.integers(2, 2_000))
def test_a_level_coarse_enough_has_no_more_buckets_than_that(span: Span, most: int) -> None:
    exponent = coarse_enough(span[1] - span[0], most)

    low, high = outward(span, exponent)
    assert exponent == COARSEST or (high - low) // width_ns(exponent) <= most
    if exponent > FINEST:
        finer = width_ns(exponent - STEP)
        assert (span[1] - span[0]) // finer + 2 > most


@pytest.mark.parametrize(
    ("resolution_ns", "seconds"),
    [(1, 1 / 64), (SECOND, 1), (2 * SECOND, 1), (3 * SECOND, 4), (100 * SECOND, 64), (DAY, 65_536)],
)
def test_a_resolution_is_that_of_the_nearest_level(resolution_ns: int, seconds: float) -> None:
    assert width_ns(level_of(resolution_ns, 10 * SECOND, 1_000)) == seconds * SECOND


def test_a_resolution_too_fine_for_the_stretch_gets_coarser() -> None:
    assert width_ns(level_of(SECOND, YEAR, 1_000)) == 65_536 * SECOND


@given(st.integers(1, 100 * YEAR))
def test_a_bucket_has_room_for_some_segments_of_a_flow_but_not_for_many(length_ns: int) -> None:
    exponent = level_for(length_ns)

    assert width_ns(exponent) >= 4 * length_ns
    assert exponent == FINEST or width_ns(exponent) < 16 * length_ns


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10)), max_size=30))
def test_sums_of_buckets_are_the_sums_of_their_segments(lengths: list[tuple[int, int]]) -> None:
    at, tallies = 0, []
    for gap, length in lengths:
        start = at + gap
        at = start + length
        tallies.append(Tally.of_one(start * SECOND, at * SECOND, length if length % 3 else None))

    coarse = summed(summed(tallies, 2).values(), 4)

    assert coarse == summed(tallies, 4)
    assert sum(each.segments for each in coarse.values()) == len(tallies)
    assert sum(each.covered_ns for each in coarse.values()) == SECOND * sum(b for _, b in lengths)
