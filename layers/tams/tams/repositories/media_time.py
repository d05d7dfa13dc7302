"""Media time as stored on VAST: text of fixed length that sorts in time order (ADR 2).

No integer type that VAST compares can hold the range of PTP in nanoseconds. So a nanosecond count plus 2**87
is written as 22 hexadecimal digits. That holds any time (80 bits) and any duration.
"""

from typing import Any

from tams.timing.timestamp import NS_MAX, NS_MIN

_DIGITS = 22
_ZERO = 1 << 4 * _DIGITS - 1


def time_text(ns: int) -> str:
    return f"{ns + _ZERO:0{_DIGITS}x}"


def time_ns(text: str) -> int:
    return int(text, 16) - _ZERO


def bound_text(ns: int) -> str:
    """The text to compare with, for a time that may lie outside the stored range."""
    return time_text(min(max(ns, NS_MIN - 1), NS_MAX + 1))


def optional_text(ns: int | None) -> str | None:
    return None if ns is None else time_text(ns)


def optional_ns(text: Any) -> int | None:
    return None if text is None else time_ns(text)
