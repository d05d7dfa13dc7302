"""Spans behave as the sets of integers that they stand for."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tams.timing.spans import Span, common, fewer, joined, merged, without

span = st.tuples(st.integers(0, 40), st.integers(0, 40))
spans = st.lists(span, max_size=8)


def points(some: list[Span]) -> set[int]:
    return {each for low, high in some for each in range(low, high)}


def are_apart(some: list[Span]) -> bool:
    return all(before[1] < after[0] for before, after in pairwise(some))


@given(spans)
def test_merged(some: list[Span]) -> None:
    assert points(merged(some)) == points(some)
    assert are_apart(merged(some))


@given(spans, spans)
def test_without_and_common(some: list[Span], others: list[Span]) -> None:
    assert points(without(some, others)) == points(some) - points(others)
    assert points(common(some, others)) == points(some) & points(others)
    assert are_apart(common(some, others))


@given(spans, st.integers(1, 4))
def test_fewer_fills_the_smallest_gaps(some: list[Span], most: int) -> None:
    found = fewer(some, most)

    assert len(found) <= most
    assert points(found) >= points(some)
    assert found == merged(some) or len(merged(some)) > most


@given(spans, st.integers(1, 10))
def test_joined_fills_the_gaps_that_are_shorter(some: list[Span], shortest: int) -> None:
    found = joined(merged(some), shortest)

    assert points(found) >= points(some)
    assert all(after[0] - before[1] >= shortest for before, after in pairwise(found))
