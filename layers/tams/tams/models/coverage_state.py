"""How far the summary of a Flow's coverage tells what its Segments are: kept on the Flow's row (ADR 31)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from tams.timing.spans import Span, fewer, without
from tams.timing.timestamp import NS_MAX, NS_MIN

EVER: Span = (NS_MIN - 1, NS_MAX + 2)
"""Holds every Segment."""

FEW_SEGMENTS = 512
"""A Flow of up to so many is read Segment by Segment. It needs no summary, and no upkeep of one."""

STALE_MAX = 32
"""Stretches noted one by one. If there are more, the smallest gaps between them count as stale too."""


@dataclass(frozen=True, slots=True)
class CoverageState:
    """`level` is the exponent of the finest buckets kept; None until the first Segments are summed up.

    The summary is right outside the `stale` stretches: those in which Segments that start there have come,
    gone or changed since.
    """

    level: int | None = None
    stale: tuple[Span, ...] = ()

    def with_stale(self, spans: Iterable[Span]) -> Self:
        return replace(self, stale=tuple(fewer([*self.stale, *spans], STALE_MAX)))

    def with_fresh(self, span: Span) -> Self:
        return replace(self, stale=tuple(without(self.stale, [span])))
