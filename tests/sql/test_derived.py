"""Columns for people, against plain integers of Python."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from sql import derived
from sql.macros import MACROS
from tams.repositories.media_time import time_text
from tams.timing.timestamp import NS_MAX, NS_MIN

_EDGES = [bound + step for bound in (-(2**63), 0, 2**63, 2**64, -(2**64)) for step in (-1, 0, 1)]
TIMES = st.one_of(
    st.none(), st.sampled_from([*_EDGES, NS_MIN, NS_MAX]), st.integers(NS_MIN, NS_MAX)
)


def within_64_bits(number: int | None) -> int | None:
    return number if number is not None and -(2**63) <= number < 2**63 else None


def stored(times: list[int | None]) -> pa.Array:
    """As VAST sends them, in the middle of an array."""
    texts = [None if each is None else time_text(each) for each in times]
    return pa.array(["before", *texts, None], pa.utf8()).slice(1, len(times))


@given(st.lists(TIMES, max_size=20))
@example(_EDGES)
def test_times_are_nanoseconds_as_far_as_64_bits_hold_them(times: list[int | None]) -> None:
    assert derived.nanoseconds(stored(times)).to_pylist() == [within_64_bits(it) for it in times]


@given(st.lists(st.tuples(TIMES, TIMES), max_size=20))
def test_a_duration_is_exact_even_if_its_ends_are_too_far_away(
    times: list[tuple[int | None, int | None]],
) -> None:
    pairs = [sorted(each) if None not in each else each for each in times]  # type: ignore[type-var]
    starts, ends = [each[0] for each in pairs], [each[1] for each in pairs]

    found = derived.difference(stored(ends), stored(starts)).to_pylist()

    assert found == [
        None if start is None or end is None else within_64_bits(end - start)
        for start, end in zip(starts, ends, strict=True)
    ]


@given(st.lists(st.one_of(st.none(), st.integers(-(2**60), 2**60)), max_size=20))
def test_days_are_those_that_moments_lie_in(times: list[int | None]) -> None:
    found = derived.days(pa.array(times, pa.int64()), derived.NS_PER_DAY).to_pylist()

    assert found == [
        None if each is None else date(1970, 1, 1) + timedelta(days=each // (86_400 * 10**9))
        for each in times
    ]


def test_tai_is_ahead_of_utc_by_the_leap_seconds() -> None:
    """Source: the table of leap seconds of the IERS, at its first and last lines and between."""
    import duckdb  # noqa: PLC0415 - here alone without a store

    (utc,) = (each for each in MACROS if each.signature == "utc(ns)")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE MACRO {utc.signature} AS {utc.expression}")
        for day, ahead in ((date(1972, 1, 1), 10), (date(1999, 1, 1), 32), (date(2017, 1, 1), 37)):
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            tai = int(midnight.timestamp()) + ahead
            shown = connection.execute(f"SELECT utc({tai * 10**9 + 5_000})").fetchall()
            assert shown == [(midnight.replace(tzinfo=None) + timedelta(microseconds=5),)]
        assert connection.execute("SELECT utc(0), utc(NULL::BIGINT)").fetchall() == [(None, None)]
