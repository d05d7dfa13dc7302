"""Turns what was read into buckets and ranges. Pure functions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tams.models.coverage_buckets import Tally, summed, width_ns
from tams.timing.spans import Span, joined

RANGES_MAX = 1_000
EXACT_RANGES_MAX = 200
"""Up to this many ranges, every known gap is listed, however short."""


@dataclass(frozen=True, slots=True)
class DrawnBucket:
    """`[from_ns, until_ns)`: how many Segments start there, their bytes, and how much of it is covered.

    `size_bytes` is None where no size is known.
    """

    from_ns: int
    until_ns: int
    segments: int
    size_bytes: int | None
    covered_ns: int


def buckets_of(parts: Sequence[Tally], exponent: int, window: Span) -> list[DrawnBucket]:
    """The buckets that are not empty, in order. The parts are `within` the window."""
    width = width_ns(exponent)
    from_ns, until_ns = window
    counts = {bucket.index: (tally,) for bucket, tally in summed(parts, exponent).items()}
    covered: dict[int, int] = defaultdict(int)
    for index, (tally,) in counts.items():
        end_ns = (index + 1) * width
        beyond_ns = max(0, tally.last_ns - end_ns)
        covered[index] += tally.covered_ns - beyond_ns
        while beyond_ns > 0:
            index += 1  # noqa: PLW2901 - the last Segment goes on from bucket to bucket
            covered[index] += min(beyond_ns, width)
            beyond_ns -= width
    return [
        DrawnBucket(
            max(index * width, from_ns),
            min((index + 1) * width, until_ns),
            sum(each.segments for each in counts.get(index, ())),
            size_of(counts.get(index, ())),
            covered[index],
        )
        for index in sorted(covered)
    ]


def size_of(parts: Iterable[Tally]) -> int | None:
    """The sum of the known sizes; None if there are Segments and all their sizes are unknown."""
    segments = size_bytes = unknown = 0
    for each in parts:
        segments += each.segments
        size_bytes += each.size_bytes
        unknown += each.unknown
    return None if segments and unknown == segments else size_bytes


def ranges_of(parts: Sequence[Tally], exponent: int) -> list[Span]:
    """Ranges without a gap, in order. If there are many, short gaps do not end a range."""
    runs = joined(((each.first_ns, each.last_ns) for each in parts), 1)
    shortest_ns = width_ns(exponent)
    most = EXACT_RANGES_MAX
    while len(runs) > most:
        runs = joined(runs, shortest_ns)
        shortest_ns *= 2
        most = RANGES_MAX
    return runs


def within(parts: Sequence[Tally], window: Span) -> list[Tally]:
    """The parts without what reaches beyond the window at either end."""
    from_ns, until_ns = window
    return [
        each
        if from_ns <= each.first_ns and each.last_ns <= until_ns
        else _clipped(each, from_ns, until_ns)
        for each in parts
    ]


def _clipped(tally: Tally, from_ns: int, until_ns: int) -> Tally:
    first_ns, last_ns = max(tally.first_ns, from_ns), min(tally.last_ns, until_ns)
    outside_ns = first_ns - tally.first_ns + tally.last_ns - last_ns
    return replace(
        tally, covered_ns=tally.covered_ns - outside_ns, first_ns=first_ns, last_ns=last_ns
    )
