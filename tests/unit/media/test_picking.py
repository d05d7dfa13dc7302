"""Which frame is on show, for any order of packets and any way to count time."""

from bisect import bisect_right
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tams.media.picking import EARLY, Coded, Sought, pick

FRAME = Fraction(1, 25)
# As a file has them: I P B B P B B, then a key frame with two pictures that lead it.
ORDER = ((0, True), (3, False), (1, False), (2, False), (6, True), (4, False), (5, False))


def packets(first: Fraction = Fraction(0)) -> list[Coded]:
    return [Coded(first + number * FRAME, is_key) for number, is_key in ORDER]


def sought(at: Fraction, start: Fraction = Fraction(0), frames: int = len(ORDER)) -> Sought:
    return Sought(at, start, start + frames * FRAME)


@pytest.mark.parametrize("number", range(len(ORDER)))
@pytest.mark.parametrize("into", [Fraction(0), FRAME / 2, FRAME - EARLY * 2])
def test_a_frame_is_on_show_until_the_next_one(number: int, into: Fraction) -> None:
    found = pick(packets(), sought(number * FRAME + into))

    assert found.shown == number * FRAME


@pytest.mark.parametrize(("number", "first"), [(0, 0), (3, 0), (4, 0), (5, 0), (6, 4)])
def test_pictures_that_lead_a_key_frame_are_decoded_from_the_one_before(
    number: int, first: int
) -> None:
    assert pick(packets(), sought(number * FRAME)).first == first


def test_before_the_first_frame_it_is_on_show_and_after_the_last_one_that() -> None:
    assert pick(packets(), sought(Fraction(-1))).shown == 0
    assert pick(packets(), sought(Fraction(9))).shown == 6 * FRAME


def test_a_time_that_was_rounded_down_is_that_of_the_frame() -> None:
    assert pick(packets(), sought(3 * FRAME - Fraction(1, 2_000))).shown == 3 * FRAME


@pytest.mark.parametrize("first", [Fraction(7, 5), Fraction(95_443), Fraction(-3)])
def test_samples_that_count_from_another_time_start_where_the_object_does(first: Fraction) -> None:
    start = Fraction(1_700_000_000)

    found = pick(packets(first), sought(start + 4 * FRAME, start))

    assert found.shown == first + 4 * FRAME


def test_part_of_an_object_that_does_not_say_more_is_found_by_its_samples() -> None:
    part = Sought(4 * FRAME, 4 * FRAME, 6 * FRAME)

    assert pick(packets(), part).shown == 4 * FRAME


@given(
    numbers=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=40, unique=True),
    keys=st.sets(st.integers(0, 39)),
    at=st.integers(-(10**9), 10**9),
)
def test_whatever_is_stored_the_pick_can_be_decoded(
    numbers: list[int], keys: set[int], at: int
) -> None:
    coded = [Coded(number * FRAME, index in keys) for index, number in enumerate(numbers)]
    times = sorted(each.shown for each in coded)
    when = Fraction(at, 1_000)

    found = pick(coded, Sought(when, times[0], times[-1] + FRAME))

    assert found.shown == times[max(0, bisect_right(times, when + EARLY) - 1)]
    first = coded[found.first]
    assert found.first == 0 or (first.is_key and first.shown <= found.shown)


def test_one_frame_is_always_on_show() -> None:
    only = [Coded(Fraction(5), is_key=False)]

    for at in (0, 5, 9):
        assert pick(only, Sought(Fraction(at), Fraction(0), Fraction(2))).shown == 5


def test_sound_that_begins_before_the_picture_does_not_move_it() -> None:
    """An Object with both starts with the first of them, and ends with the last."""
    first = Fraction(1, 50)

    found = pick(packets(first), sought(first + 4 * FRAME, frames=len(ORDER) + 3))

    assert found.shown == first + 4 * FRAME
