"""Functions for queries, beside DuckDB's own."""

from dataclasses import dataclass
from datetime import UTC, datetime

_NS = 1_000_000_000
_FIRST_DIFFERENCE = 10
"""Seconds that TAI was ahead of UTC in 1972, since when they differ by whole seconds."""
_LEAP_SECONDS = (
    "1972-07-01", "1973-01-01", "1974-01-01", "1975-01-01", "1976-01-01", "1977-01-01", "1978-01-01",
    "1979-01-01", "1980-01-01", "1981-07-01", "1982-07-01", "1983-07-01", "1985-07-01", "1988-01-01",
    "1990-01-01", "1991-01-01", "1992-07-01", "1993-07-01", "1994-07-01", "1996-01-01", "1997-07-01",
    "1999-01-01", "2006-01-01", "2009-01-01", "2012-07-01", "2015-07-01", "2017-01-01",
)  # fmt: skip
"""The days that a leap second precedes. Source: IERS Bulletin C."""


@dataclass(frozen=True)
class Macro:
    signature: str
    meaning: str
    expression: str


def _utc() -> str:
    since = _tai_ns("1972-01-01", _FIRST_DIFFERENCE)
    leaps = [
        _tai_ns(day, _FIRST_DIFFERENCE + count) for count, day in enumerate(_LEAP_SECONDS, start=1)
    ]
    passed = f"len(list_filter({leaps}, leap -> leap <= ns))"
    seconds = f"({_FIRST_DIFFERENCE} + {passed})"
    return f"CASE WHEN ns >= {since} THEN make_timestamp_ns(ns - {seconds} * {_NS}) END"


def _tai_ns(day: str, difference: int) -> int:
    """When a day of UTC begins, in TAI."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return (int(midnight.timestamp()) + difference) * _NS


MACROS = (
    Macro(
        "utc(ns)",
        "The moment of UTC at so many nanoseconds of TAI, such as `utc(start_ns)`; null before 1972. "
        "It is the wall clock if the Flow's timeline is.",
        _utc(),
    ),
)
