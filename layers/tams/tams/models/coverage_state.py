"""Which parts of a Flow's coverage summary are out of date. The Flow's row holds this (ADR 31)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from tams.timing.spans import Span, fewer, without
from tams.timing.timestamp import NS_MAX, NS_MIN

EVER: Span = (NS_MIN - 1, NS_MAX + 2)
"""Holds every Segment."""

FEW_SEGMENTS = 512
"""Up to this many, reads take the Segments one by one, and the Flow needs no summary."""

STALE_MAX = 32
"""The most stretches in the list. If there are more, those with the smallest gaps between them are joined."""


@dataclass(frozen=True, slots=True)
class CoverageState:
    """`level` is the exponent of the finest buckets; None before the Flow is first summed up.

    The `stale` stretches are those in which Segments were added, deleted or changed since. The summary is
    right everywhere else.
    """

    level: int | None = None
    stale: tuple[Span, ...] = ()

    def with_stale(self, spans: Iterable[Span]) -> Self:
        return replace(self, stale=tuple(fewer([*self.stale, *spans], STALE_MAX)))

    def with_fresh(self, span: Span) -> Self:
        return replace(self, stale=tuple(without(self.stale, [span])))
