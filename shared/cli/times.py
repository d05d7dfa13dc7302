"""Converts a file's rational times to TAMS's nanoseconds, by a single rule."""

from fractions import Fraction

from tams.timing import TimeRange, Timestamp

NS = 10**9

TICK = Fraction(1, 90_000)
"""One tick of MPEG's clock in seconds, fine enough for packets of any container."""


def to_ns(seconds: Fraction) -> int:
    """The nearest nanosecond, halves upwards: a frame's time is rounded once, from its exact value."""
    scaled = seconds * NS
    return (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)


def between(start_ns: int, end_ns: int) -> str:
    return str(TimeRange.between(start_ns, end_ns))


def stamp(ns: int) -> str:
    return str(Timestamp(ns))
