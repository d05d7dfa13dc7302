"""The buckets of time in a Flow's coverage summary, and the sums in each (ADR 31).

The buckets of a level are 2**exponent seconds wide and aligned to 0:0. Each covers four of the level below.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from tams.timing.spans import Span
from tams.timing.timestamp import NS_PER_SECOND

FINEST, STEP, COARSEST = -6, 2, 38
"""Exponents. 1/64 s is the smallest negative power of four that is a whole number of nanoseconds."""

PER_PARENT = 1 << STEP
_SEGMENTS_IN_BUCKET = 4
"""The finest buckets of a Flow hold 4 to 16 Segments of average length."""


def width_ns(exponent: int) -> int:
    return NS_PER_SECOND << exponent if exponent >= 0 else NS_PER_SECOND >> -exponent


def level_for(length_ns: int) -> int:
    """The exponent of the finest buckets to keep of a Flow whose Segments have this length."""
    return _first_level(length_ns * _SEGMENTS_IN_BUCKET)


def level_of(resolution_ns: int, stretch_ns: int, buckets_max: int) -> int:
    """The exponent of the level nearest to `resolution_ns` with at most `buckets_max` buckets there."""
    exponent = _first_level(resolution_ns)
    if exponent > FINEST and width_ns(exponent) >= 2 * resolution_ns:
        exponent -= STEP
    return max(exponent, coarse_enough(stretch_ns, buckets_max))


def coarse_enough(stretch_ns: int, buckets_max: int) -> int:
    """The exponent of the finest level with at most `buckets_max` buckets, wherever the stretch starts."""
    exponent = FINEST
    while exponent < COARSEST and -(-stretch_ns // width_ns(exponent)) + 1 > buckets_max:
        exponent += STEP
    return exponent


def _first_level(at_least_ns: int) -> int:
    return next(
        (each for each in range(FINEST, COARSEST, STEP) if width_ns(each) >= at_least_ns), COARSEST
    )


def outward(span: Span, exponent: int) -> Span:
    """The span, extended to whole buckets."""
    width = width_ns(exponent)
    return span[0] // width * width, -(-span[1] // width) * width


class Piece(NamedTuple):
    """What the summary needs to know about a Segment: its time `[start_ns, end_ns)` and its Object."""

    start_ns: int
    end_ns: int
    object_id: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The sums of consecutive Segments. Each counts where it starts, with its whole length.

    They span `[first_ns, last_ns)`, so only the last can end beyond its bucket. `size_bytes` adds up the
    known sizes of their Objects, and `unknown` counts the others.
    """

    segments: int
    size_bytes: int
    unknown: int
    covered_ns: int
    first_ns: int
    last_ns: int

    @classmethod
    def of_one(cls, start_ns: int, end_ns: int, size_bytes: int | None) -> Self:
        unknown = int(size_bytes is None)
        return cls(1, size_bytes or 0, unknown, end_ns - start_ns, start_ns, end_ns)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.segments + other.segments,
            self.size_bytes + other.size_bytes,
            self.unknown + other.unknown,
            self.covered_ns + other.covered_ns,
            min(self.first_ns, other.first_ns),
            max(self.last_ns, other.last_ns),
        )


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """One bucket of a level: `index` counts its width from 0:0."""

    exponent: int
    index: int


@dataclass(frozen=True, slots=True)
class Run:
    """Buckets of one level side by side: those with an index in `[first, end)`."""

    exponent: int
    first: int
    end: int


def summed(tallies: Iterable[Tally], exponent: int) -> dict[Bucket, Tally]:
    """Tallies of finer buckets, or of single Segments, by the buckets of a level."""
    width = width_ns(exponent)
    found: dict[int, Tally] = {}
    for each in tallies:
        index = each.first_ns // width
        before = found.get(index)
        found[index] = each if before is None else before + each
    return {Bucket(exponent, index): tally for index, tally in found.items()}


def decomposed(span: Span, finest: int, coarsest: int) -> tuple[list[Run], list[Span]]:
    """Splits a span into whole buckets, as coarse as possible, and the remainders at its two ends.

    Below the coarsest level, the number of buckets is bounded, however long the span is.
    """
    width = width_ns(finest)
    low, high = -(-span[0] // width), span[1] // width
    if low >= high:
        return [], [span]
    rest = [(span[0], low * width), (high * width, span[1])]
    runs: list[Run] = []
    for exponent in range(finest, coarsest, STEP):
        up, down = -(-low // PER_PARENT), high // PER_PARENT
        if up >= down:
            coarsest = exponent
            break
        runs += [Run(exponent, low, up * PER_PARENT), Run(exponent, down * PER_PARENT, high)]
        low, high = up, down
    runs.append(Run(coarsest, low, high))
    return (
        [each for each in runs if each.first < each.end],
        [each for each in rest if each[0] < each[1]],
    )
