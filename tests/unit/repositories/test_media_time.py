from hypothesis import given
from hypothesis import strategies as st

from tams.repositories.media_time import bound_text, time_ns, time_text
from tams.timing.timestamp import NS_MAX, NS_MIN

times = st.integers(NS_MIN, NS_MAX)


@given(times, times)
def test_the_texts_compare_as_the_times_do(one: int, other: int) -> None:
    assert (time_text(one) < time_text(other)) == (one < other)
    assert time_ns(time_text(one)) == one


@given(times, st.integers())
def test_a_bound_lies_where_it_was_even_if_it_lies_beyond_all_times(kept: int, bound: int) -> None:
    assert (bound_text(bound) > time_text(kept)) == (bound > kept)
    assert (bound_text(bound) < time_text(kept)) == (bound < kept)


def test_the_longest_duration_has_a_text() -> None:
    assert time_ns(time_text(NS_MAX - NS_MIN)) == NS_MAX - NS_MIN
