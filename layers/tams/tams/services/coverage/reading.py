"""Reads what a stretch of a Flow has, from a number of rows that does not grow with the Flow.

Most of it comes from the summary: few coarse buckets, and finer ones towards the ends. Segments themselves
are read where the summary does not help: at the ends, where it is stale, and where there are few anyway.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tams.models.coverage_buckets import Piece, Run, Tally, decomposed, outward, width_ns
from tams.models.coverage_state import FEW_SEGMENTS, CoverageState
from tams.models.stored import StoredFlow
from tams.ports import Repositories
from tams.timing import TimeRange
from tams.timing.spans import Span, common, merged, without


@dataclass(frozen=True, slots=True)
class Limits:
    """How many Segments are read one by one for an answer.

    `live_max` bounds what the summary does not tell yet, and `edge_max` what lies at the ends of a stretch,
    in two of the finest buckets. If a Flow has up to `few_segments`, or on a stretch of up to `few_buckets`
    of the finest buckets, Segments show more than buckets.
    """

    live_max: int = 2_000
    few_segments: int = FEW_SEGMENTS
    few_buckets: int = 16
    edge_max: int = 20_000


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Found:
    """What a stretch has, in the order of time, each part within one bucket of the `exponent`.

    `window` is the stretch without what lies beyond the ends of the Flow. If not `is_complete`, what has
    changed lately is not taken account of.
    """

    parts: Sequence[Tally]
    exponent: int
    window: Span
    is_complete: bool = True


def window_of(stored: StoredFlow, timerange: TimeRange) -> Span | None:
    """The stretch of the Flow that is asked for; None if no Segment can lie there."""
    timeline = stored.timeline
    if timerange.is_empty or timeline.first_ns is None or timeline.last_ns is None:
        return None
    start_ns, end_ns = timerange.half_open()
    from_ns = timeline.first_ns if start_ns is None else max(start_ns, timeline.first_ns)
    until_ns = timeline.last_ns if end_ns is None else min(end_ns, timeline.last_ns)
    return (from_ns, until_ns) if from_ns < until_ns else None


@dataclass(frozen=True, slots=True)
class CoverageReader:
    """Reads one Flow inside the transaction that has read it."""

    repositories: Repositories
    stored: StoredFlow
    limits: Limits = USUAL

    def read(self, window: Span, exponent: int) -> Found:
        """The parts of the window, by buckets of this level or, where none so fine are kept, a coarser one.

        Takes up to four round trips, and one more for each deletion that is at work in the window.
        """
        holes = self._holes()
        visible = without([window], holes)
        crossing = self._crossing(window, visible, holes)
        state, timeline = self.stored.coverage, self.stored.timeline
        level = state.level if state else None
        if (
            state is None
            or level is None
            or timeline.segment_count <= self.limits.few_segments
            or window[1] - window[0] <= self.limits.few_buckets * width_ns(level)
        ):
            live, is_all = self._segments(visible, self.limits.live_max)
            if is_all or state is None or level is None:
                return Found(_ordered([*crossing, *live]), exponent, window, is_all)
        exponent = max(exponent, level)
        found, is_all = self._summary(visible, level, exponent, state)
        if not is_all and state.stale:
            found, _ = self._summary(visible, level, exponent, CoverageState(level))
        return Found(_ordered([*crossing, *found]), exponent, window, is_all)

    def _summary(
        self, visible: Sequence[Span], level: int, exponent: int, state: CoverageState
    ) -> tuple[list[Tally], bool]:
        """What starts in the visible stretches, and whether it is all: no more of it than may be is stale."""
        stale = merged(outward(each, level) for each in state.stale)
        runs: list[Run] = []
        ends: list[Span] = []
        for span in without(visible, stale):
            more, rest = decomposed(self._widened(span, level), level, exponent)
            runs += more
            ends += rest
        changed, are_all = self._segments(common(stale, visible), self.limits.live_max)
        if not are_all:
            return [], False
        at_ends, are_all = self._segments(ends, self.limits.edge_max)
        rows = self.repositories.coverage.rows(self.stored.outline.timeline_id, runs)
        return [*rows.values(), *changed, *at_ends], are_all

    def _widened(self, span: Span, level: int) -> Span:
        """To whole buckets where the Flow ends, since nothing starts beyond."""
        first_ns, last_ns = self.stored.timeline.first_ns, self.stored.timeline.last_ns
        assert first_ns is not None
        assert last_ns is not None
        from_ns, until_ns = outward(span, level)
        return (
            from_ns if span[0] <= first_ns else span[0],
            until_ns if span[1] >= last_ns else span[1],
        )

    def _holes(self) -> list[Span]:
        """Where all Segments that also end there are hidden: deletions are at work."""
        from_ns, until_ns = self.stored.timeline.first_ns, self.stored.timeline.last_ns
        holes = [each.half_open() for each in self.stored.deleting.values() if not each.is_empty]
        return [
            (low, high)
            for start_ns, end_ns in holes
            if (low := from_ns if start_ns is None else start_ns) is not None
            and (high := until_ns if end_ns is None else end_ns) is not None
            and low < high
        ]

    def _crossing(
        self, window: Span, visible: Sequence[Span], holes: Sequence[Span]
    ) -> list[Tally]:
        """Segments that reach into the window, or out of a hole, and start in no visible stretch."""
        timeline = self.stored.timeline
        instants = {window[0]} | {
            end_ns for start_ns, end_ns in holes if start_ns < window[1] and end_ns > window[0]
        }
        found = {
            piece
            for at_ns in instants
            if timeline.first_ns is not None
            and timeline.last_ns is not None
            and timeline.first_ns < at_ns < timeline.last_ns
            for piece in self.repositories.coverage.crossing(self.stored.outline, at_ns)
            if piece.start_ns < window[1]
            and piece.end_ns > window[0]
            and not any(low <= piece.start_ns < high for low, high in visible)
        }
        return self._tallies(found)

    def _segments(self, spans: Sequence[Span], rows_max: int) -> tuple[list[Tally], bool]:
        """One by one, and whether these are all."""
        pieces, is_all = self.repositories.coverage.pieces(self.stored.outline, spans, rows_max)
        return self._tallies(pieces), is_all

    def _tallies(self, pieces: Collection[Piece]) -> list[Tally]:
        sizes = self.repositories.objects.sizes({each.object_id for each in pieces})
        return [
            Tally.of_one(start_ns, end_ns, sizes.get(object_id, (None, 0))[0])
            for start_ns, end_ns, object_id in pieces
        ]


def _ordered(tallies: Sequence[Tally]) -> list[Tally]:
    return sorted(tallies, key=lambda each: each.first_ns)
