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
    """How many Segments an answer may read one by one.

    `live_max` bounds those in stale stretches, and `edge_max` those at the ends of the timerange, in two of
    the finest buckets. A Flow of up to `few_segments`, or a timerange of up to `few_buckets` of the finest
    buckets, is read without the summary.
    """

    live_max: int = 2_000
    few_segments: int = FEW_SEGMENTS
    few_buckets: int = 16
    edge_max: int = 20_000


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Found:
    """The sums in a timerange, in order of time. Each part lies within one bucket of the `exponent`.

    `window` is the timerange, cut to the Flow's extent. Unless `is_complete`, recent changes are missing.
    """

    parts: Sequence[Tally]
    exponent: int
    window: Span
    is_complete: bool = True


def window_of(stored: StoredFlow, timerange: TimeRange) -> Span | None:
    """The timerange, cut to the extent of the Flow; None if no Segment can lie there."""
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
        """The parts of the window in buckets of this level, or of the Flow's finest if that is coarser.

        Up to four round trips, and one more for each deletion running in the window.
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
        """The sums of Segments that start in the visible spans, and whether all stale ones could be read."""
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
        """Extended to whole buckets at the ends of the Flow, since nothing starts beyond them."""
        first_ns, last_ns = self.stored.timeline.first_ns, self.stored.timeline.last_ns
        assert first_ns is not None
        assert last_ns is not None
        from_ns, until_ns = outward(span, level)
        return (
            from_ns if span[0] <= first_ns else span[0],
            until_ns if span[1] >= last_ns else span[1],
        )

    def _holes(self) -> list[Span]:
        """The spans of running deletions. Segments that start and end in one are hidden."""
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
        """Segments that reach into the window, or out of a hole, but start in no visible span."""
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
        """Segments one by one, and whether these are all."""
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
