"""Keeps coverage summaries up to date in the background, in bounded steps.

A step is one transaction. It reads the Segments of some stale buckets, rewrites the buckets of all levels
there, and marks them as current on the Flow's row. It recomputes and never adds, so repeating a step changes
nothing. A concurrent change of the Flow conflicts with it on the Flow's row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from tams.deadline import may_go_on
from tams.models.caller import Caller
from tams.models.coverage_buckets import (
    COARSEST,
    FINEST,
    PER_PARENT,
    STEP,
    Bucket,
    Piece,
    Run,
    Tally,
    level_for,
    outward,
    summed,
    width_ns,
)
from tams.models.coverage_state import EVER, CoverageState
from tams.models.stored import FlowOutline, StoredFlow
from tams.ports import Platform, Repositories, Store
from tams.timing.spans import Span

FLOWS_MAX = 1_000
"""Flows found at once."""
SEGMENTS_MAX = 4_096
"""The most Segments in one step, and in one of a Flow's finest buckets."""
ROWS_MAX = 20_000
"""The most summary rows that one step reads. A single finest bucket may need more."""
_ALL = 2**40


@dataclass(frozen=True, slots=True)
class CoverageUpkeep:
    store: Store
    segments_max: int = SEGMENTS_MAX

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(platform.store(Caller.background("coverage")))

    def sweep(self) -> int:
        """Take steps on each stale Flow in turn until all are current or the time is up.

        Returns the number of steps.
        """
        steps, done = 0, set[str]()
        while True:
            due = self.store.read(lambda it: it.flows.unsummed(FLOWS_MAX))
            fresh = [each for each in due if each not in done]
            if not fresh:
                return steps
            for flow_id in fresh:
                if not may_go_on():
                    return steps
                if not self.step(flow_id):
                    done.add(flow_id)
                steps += 1

    def step(self, flow_id: str) -> bool:
        """One step on a Flow. Returns whether more is stale."""

        def work(repositories: Repositories) -> bool:
            stored = repositories.flows.find(flow_id)
            if stored is None:
                return False
            state = self._stepped(repositories, stored)
            stepped = replace(stored, coverage=state)
            repositories.flows.save_coverage(stepped)
            return stepped.is_to_be_summed_up

        return self.store.write(work, flow_id)

    def _stepped(self, repositories: Repositories, stored: StoredFlow) -> CoverageState:
        """The state of the summary after a step on the first stale stretch."""
        state = stored.coverage or CoverageState(stale=(EVER,))
        if not stored.is_to_be_summed_up:
            return state
        outline, level = stored.outline.whole, state.level
        if level is None:
            pieces, _ = self._first(repositories, outline, state.stale[0])
            level = level_for(_usual_ns(pieces)) if pieces else FINEST
            state = replace(state, level=level if pieces else None)
        from_ns, until_ns = outward(state.stale[0], level)
        pieces, all_until_ns = self._first(repositories, outline, (from_ns, until_ns))
        if all_until_ns < until_ns:
            until_ns, _ = outward((all_until_ns, all_until_ns), level)
        if until_ns == from_ns:  # there are more in one bucket than a step is to read
            if level > FINEST:
                finer = max(FINEST, min(level - STEP, level_for(_usual_ns(pieces))))
                return CoverageState(finer, (EVER,))
            until_ns = from_ns + width_ns(level)
            pieces, _ = repositories.coverage.pieces(outline, [(from_ns, until_ns)], _ALL)
        rows = _Rows.read(repositories, outline.timeline_id, level, (from_ns, until_ns))
        until_ns = rows.until_ns
        pieces = [each for each in pieces if each[0] < until_ns]
        sizes = repositories.objects.sizes({object_id for _, _, object_id in pieces})
        tallies = [
            Tally.of_one(start_ns, end_ns, sizes.get(object_id, (None, 0))[0])
            for start_ns, end_ns, object_id in pieces
        ]
        repositories.coverage.renew(outline.timeline_id, *rows.renewed(tallies))
        return state.with_fresh((from_ns, until_ns))

    def _first(
        self, repositories: Repositories, outline: FlowOutline, span: Span
    ) -> tuple[list[Piece], int]:
        """A step's worth of Segments from the start of the span, and the time up to which these are all."""
        from_ns, until_ns = span
        while True:
            found, is_all = repositories.coverage.pieces(
                outline, [(from_ns, until_ns)], 2 * self.segments_max
            )
            if is_all:
                return sorted(found), until_ns
            until_ns = sorted(found)[self.segments_max].start_ns


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a span of whole finest buckets, and those needed to recompute the coarser ones."""

    level: int
    from_ns: int
    until_ns: int
    found: Mapping[Bucket, Tally]

    @classmethod
    def read(cls, repositories: Repositories, timeline_id: str, level: int, span: Span) -> Self:
        """Reads a shorter span from its start if there are too many rows, but at least one bucket."""
        from_ns, until_ns = span
        width = width_ns(level)
        while True:
            runs = [family for _, family in _families(level, (from_ns, until_ns))]
            found = repositories.coverage.rows_for_change(timeline_id, runs, ROWS_MAX)
            if len(found) < ROWS_MAX or until_ns - from_ns <= width:
                return cls(level, from_ns, until_ns, found)
            half_ns = from_ns + (until_ns - from_ns) // 2
            finest = sorted(each.index for each in found if each.exponent == level)
            if finest:
                half_ns = min(half_ns, finest[len(finest) // 2] * width)
            until_ns = max(half_ns // width * width, from_ns + width)

    def renewed(
        self, tallies: Iterable[Tally]
    ) -> tuple[Mapping[Bucket, Tally], Mapping[Bucket, Tally]]:
        """The rows of the span as they were, and as they should be with these tallies of its Segments."""
        before: dict[Bucket, Tally] = {}
        after: dict[Bucket, Tally] = {}
        levels: dict[int, list[tuple[Bucket, Tally]]] = defaultdict(list)
        for bucket, tally in self.found.items():
            levels[bucket.exponent].append((bucket, tally))
        children = list(tallies)
        for own, _ in _families(self.level, (self.from_ns, self.until_ns)):
            now = summed(children, own.exponent)
            after |= now
            children = list(now.values())
            for bucket, tally in levels[own.exponent]:
                if own.first <= bucket.index < own.end:
                    before[bucket] = tally
                else:
                    children.append(tally)
        return before, after


def _families(finest: int, span: Span) -> Iterator[tuple[Run, Run]]:
    """At each level, the buckets that a span touches, and those plus their siblings."""
    width = width_ns(finest)
    first, end = span[0] // width, span[1] // width
    for exponent in range(finest, COARSEST, STEP):
        parent_first, parent_end = first // PER_PARENT, -(-end // PER_PARENT)
        family = Run(exponent, parent_first * PER_PARENT, parent_end * PER_PARENT)
        yield Run(exponent, first, end), family
        first, end = parent_first, parent_end
    yield Run(COARSEST, first, end), Run(COARSEST, first, end)


def _usual_ns(pieces: Sequence[Piece]) -> int:
    """The mean length of Segments."""
    return max(1, sum(end_ns - start_ns for start_ns, end_ns, _ in pieces) // len(pieces))
