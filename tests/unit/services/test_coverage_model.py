"""Whatever happens to a Flow's Segments: its coverage is that of the Segments, read one by one."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tams.errors import ConflictError, InvalidRequestError, NotFoundError
from tams.models import stored
from tams.models.coverage import CoverageQuery, FlowCoverage
from tams.models.coverage_buckets import COARSEST, FINEST, STEP, Bucket, Run, Tally, summed
from tams.models.upload import Upload
from tams.object_stores.object_keys import object_key
from tams.ports import Repositories
from tams.repositories.tables import FLOWS
from tams.services.coverage.coverage import CoverageService
from tams.services.coverage.reading import USUAL, Limits
from tams.services.coverage.upkeep import CoverageUpkeep
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.requests import DeletionRequestService
from tams.services.storage.uploads import UploadService
from tams.timing import TimeRange
from tams.timing.coverage import hull
from tams.timing.microseconds import to_us
from tams.timing.spans import Span, common, merged
from tams.vast.where import col
from tests.in_process import Platform
from tests.long_form import SOAK
from tests.unit.services.binned import DAY, BinWorld

EXAMPLES, STEPS = (200, 60) if SOAK else (5, 30)
SECOND = 1_000_000_000
SMALL = Limits(live_max=3, few_segments=0, few_buckets=0)
"""With these, nearly everything comes from the summary."""

indexes = st.integers(0, 100)
starts = st.integers(-9, 9).map(lambda it: it * 15 * SECOND + it % 3)
lengths = st.sampled_from([*[SECOND] * 9, 1, 1_000_000, 700_000_000, 40 * SECOND, 86_400 * SECOND])
stretches = st.tuples(
    st.integers(-50, 50).map(lambda it: it * 3_500_000_000),
    st.sampled_from([SECOND, 20 * SECOND, 10**6 * SECOND]),
).map(lambda it: (it[0], it[0] + it[1]))


class KilledError(Exception):
    pass


class Comparison(RuleBasedStateMachine):
    platform: ClassVar[Platform]

    def __init__(self) -> None:
        super().__init__()
        self.world = BinWorld(self.platform.another())
        self.world.at_once = 2
        self.world.keep_for(DAY)
        self.flow_id = self.world.flow()
        self.objects: list[str] = []
        self.upkeep = replace(CoverageUpkeep.of(self.world.platform), segments_max=3)

    @rule(start=starts, lengths=st.lists(lengths, min_size=1, max_size=6), sized=st.booleans())
    def register(self, start: int, lengths: list[int], sized: bool) -> None:
        """Side by side; those for which there is no room are refused."""
        object_ids = self.world.allocate(self.flow_id, len(lengths))
        self.objects += object_ids
        if sized:
            self._upload(object_ids)
        posts = []
        for object_id, length in zip(object_ids, lengths, strict=True):
            span = TimeRange.from_half_open(start, start + length)
            posts.append({"object_id": object_id, "timerange": str(span)})
            start += length
        self.world.register(self.flow_id, *posts)

    @rule(some=st.lists(indexes, max_size=4))
    def upload(self, some: list[int]) -> None:
        """Also of Segments that are there already, or in the bin."""
        if self.objects:
            self._upload({self.objects[each % len(self.objects)] for each in some})

    @rule(at=indexes, count=st.integers(1, 4), soft=st.booleans(), worked_off=st.booleans())
    def delete_segments(self, at: int, count: int, soft: bool, worked_off: bool) -> None:
        """Some side by side. What is left to a worker is hidden until that comes."""
        if listed := self.world.listed(self.flow_id, 1000):
            at %= len(listed)
            gone = hull(TimeRange.parse(each) for each in listed[at : at + count])
            options = DeletionOptions(soft_delete=soft)
            self.world.delete_segments(self.flow_id, str(gone), options)
            if worked_off:
                self.world.work_off_all()

    @rule()
    def one_step_of_deletions(self) -> None:
        service = DeletionRequestService.of(self.world.platform, self.world.caller)
        for request_id in self.world.platform.noted.deletions.bodies:
            self.world.write(partial(service._step, request_id=request_id))

    @rule()
    def restore_segments(self) -> None:
        with suppress(ConflictError, NotFoundError, InvalidRequestError):
            self.world.restore_segments(self.flow_id, partial=True)

    @rule(some=st.lists(indexes, max_size=4))
    def delete_and_restore_the_flow(self, some: list[int]) -> None:
        """With uploads in the meantime."""
        self.world.delete_flow(self.flow_id)
        self.upload(some)
        self.upkeep.step(self.flow_id)
        self.world.restore.flow(self.flow_id)

    @rule(steps_max=st.sampled_from([1, 3, 100, 100, 100]))
    def sum_up(self, steps_max: int) -> None:
        for _ in range(steps_max):
            if not self.upkeep.step(self.flow_id):
                break

    @rule()
    def sum_up_and_be_killed(self) -> None:
        """Before the transaction has ended."""

        def work(repositories: Repositories) -> None:
            if (stored := repositories.flows.find(self.flow_id)) is not None:
                state = self.upkeep._stepped(repositories, stored)
                repositories.flows.save_coverage(replace(stored, coverage=state))
            raise KilledError

        with suppress(KilledError):
            self.world.write(work)

    @precondition(lambda self: len(self.objects) > 20)
    @rule(start=starts, length=lengths)
    def register_with_another_release(self, start: int, length: int) -> None:
        """Which does not know of the summary, and so leaves what the Flow's row says of it."""
        columns = ["coverage", "coverage_us"]
        own = col["id"] == self.flow_id
        (before,) = self.world.read(lambda it: it.flows._transaction.select(FLOWS, own, columns))
        self.register(start, [length], True)

        def work(repositories: Repositories) -> None:
            repositories.flows.get(self.flow_id)
            repositories.flows._rows.update([{"id": self.flow_id, **before}])

        self.world.write(work)

    @rule(span=stretches, resolution=st.sampled_from([1, SECOND, 50 * SECOND, 10**5 * SECOND]))
    def look_at_a_stretch(self, span: Span, resolution: int) -> None:
        query = CoverageQuery(TimeRange.from_half_open(*span), resolution)
        self._compare(query, USUAL)
        self._compare(query, SMALL)

    @invariant()
    def all_of_it_is_right(self) -> None:
        assert self._compare(CoverageQuery(TimeRange.eternity()), USUAL).complete
        self._compare(CoverageQuery(TimeRange.eternity()), SMALL)

    def teardown(self) -> None:
        """In the end all is summed up, as if it were summed up for the first time."""
        self.world.work_off_all()
        while self.upkeep.step(self.flow_id):
            pass
        assert self._compare(CoverageQuery(TimeRange.eternity()), SMALL).complete
        stored = self.world.stored(self.flow_id)
        assert stored.coverage is not None
        level = stored.coverage.level
        if level is not None:
            expected = {
                bucket: tally
                for exponent in range(level, COARSEST + 1, STEP)
                for bucket, tally in summed(self._segments(), exponent).items()
            }
            assert self._rows(level) == expected
        self.world.delete_flow(self.flow_id, DeletionOptions(soft_delete=False))
        self.world.work_off_all()
        assert self._rows(FINEST, stored.outline.timeline_id) == {}

    def _rows(self, finest: int, timeline_id: str | None = None) -> dict[Bucket, Tally]:
        found = timeline_id or self.world.stored(self.flow_id).outline.timeline_id
        every = [Run(each, -(2**62), 2**62) for each in range(finest, COARSEST + 1, STEP)]
        return self.world.read(lambda it: it.coverage.rows(found, every))

    def _upload(self, object_ids: object) -> None:
        at_us = to_us(self.world.platform.clock())
        uploads = [
            Upload("media", object_key(each), 1 + self.objects.index(each), "e", at_us)
            for each in set(object_ids)  # type: ignore[call-overload]
        ]
        self.world.platform.time.pass_(milliseconds=1)
        UploadService.of(self.world.platform).take(uploads)

    def _segments(self) -> list[Tally]:
        """As a client sees them, one by one."""
        listed = [TimeRange.parse(each) for each in self.world.listed(self.flow_id, 1000)]
        page = self.world.read(
            lambda it: it.segments.starting_in(
                it.flows.get(self.flow_id).outline, [(-(2**62), 2**62)]
            )
        )
        objects = {each.timerange: each.object_id for each in page}
        sizes = self.world.read(lambda it: it.objects.sizes(set(objects.values())))
        found = []
        for timerange in listed:
            start_ns, end_ns = timerange.half_open()
            assert start_ns is not None
            assert end_ns is not None
            found.append(Tally.of_one(start_ns, end_ns, sizes[objects[timerange]][0]))
        return found

    def _compare(self, query: CoverageQuery, limits: Limits) -> FlowCoverage:
        service = replace(CoverageService.of(self.world.platform, self.world.caller), limits=limits)
        told = service.of_flow(self.flow_id, query).value
        assert told is not None
        if told.complete:
            check(told, query, self._segments())
        else:
            state = self.world.stored(self.flow_id).coverage
            assert state is None or state.stale
        return told


def check(told: FlowCoverage, query: CoverageQuery, segments: list[Tally]) -> None:
    """Compares an answer with what all Segments say."""
    start_ns, end_ns = query.timerange.half_open()
    low = -(2**80) if start_ns is None else start_ns
    high = 2**80 if end_ns is None else end_ns
    within = [each for each in segments if each.first_ns < high and each.last_ns > low]
    time = merged((max(each.first_ns, low), min(each.last_ns, high)) for each in within)
    width = told.resolution.ns
    assert told.segments == len(within)
    assert told.unknown_sizes == sum(each.unknown for each in within)
    known = sum(each.size_bytes for each in within)
    assert told.bytes == (known if told.unknown_sizes < len(within) or not within else None)
    assert told.covered.ns == sum(end - start for start, end in time)
    hull = TimeRange.from_half_open(time[0][0], time[-1][1]) if time else TimeRange.never()
    assert told.timerange == hull
    starts = Counter(max(each.first_ns, low) // width for each in within)
    seen = 0
    for each in told.buckets:
        bucket = span_of(each.timerange)
        index = bucket[0] // width
        assert index * width <= bucket[0] < bucket[1] <= (index + 1) * width
        assert each.segments == starts.pop(index, 0)
        assert each.covered.ns == sum(end - start for start, end in common(time, [bucket]))
        seen += each.covered.ns
    assert not starts
    assert seen == told.covered.ns
    ranges = [span_of(each) for each in told.ranges]
    assert merged(ranges) == ranges
    assert common(time, ranges) == time
    gaps = [span_of(each) for each in told.gaps]
    assert merged([*ranges, *gaps]) == ([span_of(hull)] if time else [])
    for before, after in pairwise(time):
        gap = before[1], after[0]
        assert gap in gaps or gap[1] - gap[0] < width


def span_of(timerange: TimeRange) -> Span:
    start_ns, end_ns = timerange.half_open()
    assert start_ns is not None
    assert end_ns is not None
    return start_ns, end_ns


def test_the_coverage_is_that_of_the_segments(
    shared_platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "FEW_SEGMENTS", 0)
    Comparison.platform = shared_platform
    run_state_machine_as_test(
        Comparison,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
