"""The UTC date of an instant on a Flow's timeline, as EXT-X-PROGRAM-DATE-TIME writes it.

TAMS timelines are TAI where they are anchored to the clock. UTC began in 1972, ten seconds behind. Before
that, nothing is subtracted: a timeline that starts at zero starts at 1970-01-01T00:00:00Z.
Source: IERS Bulletin C.
"""

import bisect
from datetime import UTC, datetime, timedelta

from tams.timing.timestamp import NS_PER_SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NS_PER_MICROSECOND = 1_000
_STEPS = (
    *((1972, 1), (1972, 7), (1973, 1), (1974, 1), (1975, 1), (1976, 1), (1977, 1), (1978, 1)),
    *((1979, 1), (1980, 1), (1981, 7), (1982, 7), (1983, 7), (1985, 7), (1988, 1), (1990, 1)),
    *((1991, 1), (1992, 7), (1993, 7), (1994, 7), (1996, 1), (1997, 7), (1999, 1), (2006, 1)),
    *((2009, 1), (2012, 7), (2015, 7), (2017, 1)),
)
"""The months from whose first day on TAI is another second ahead: first 10, now 37."""
_FIRST_AHEAD = 10
_BEGINS = [
    int((datetime(year, month, 1, tzinfo=UTC) - _EPOCH).total_seconds()) + _FIRST_AHEAD + index - 1
    for index, (year, month) in enumerate(_STEPS)
]
"""The leap seconds before them, in TAI seconds since 1970."""


def tai_ahead_seconds(tai_ns: int) -> int:
    """How far TAI is ahead of UTC. During a leap second, UTC repeats the second before."""
    index = bisect.bisect_right(_BEGINS, tai_ns // NS_PER_SECOND)
    return 0 if index == 0 else _FIRST_AHEAD + index - 1


def utc_moment(tai_ns: int) -> datetime | None:
    """To the microsecond; None for a year that a date cannot express."""
    utc_ns = tai_ns - tai_ahead_seconds(tai_ns) * NS_PER_SECOND
    try:
        return _EPOCH + timedelta(microseconds=utc_ns // _NS_PER_MICROSECOND)
    except OverflowError:
        return None


def utc_text(tai_ns: int) -> str | None:
    """To the microsecond, or shorter where that is exact; None for a year that a date cannot express."""
    if (moment := utc_moment(tai_ns)) is None:
        return None
    precision = "microseconds" if moment.microsecond % 1_000 else "milliseconds"
    return moment.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
