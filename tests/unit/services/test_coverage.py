"""The summary stays small and its steps short, however long and however many the Segments are."""

from dataclasses import replace

import pytest

from tams.errors import ForbiddenError, NotFoundError
from tams.models import stored
from tams.models.coverage import CoverageQuery, FlowCoverage
from tams.models.coverage_buckets import COARSEST, FINEST, STEP, Bucket, Run, Tally
from tams.models.queries import FlowQuery
from tams.ports import Repositories
from tams.repositories.database import Database
from tams.repositories.migrations.m0014_coverage import mark_some
from tams.runtime.vast import vast_connection
from tams.services.coverage.coverage import BUCKETS_MAX, CoverageService
from tams.services.coverage.reading import Limits
from tams.services.coverage.upkeep import CoverageUpkeep
from tams.services.deletion.deletion import DeletionService
from tams.timing import TimeRange
from tams.timing.timestamp import Timestamp
from tests.unit.services.world import World, holding, of

SECOND = 1_000_000_000
YEAR = 365 * 86_400 * SECOND
EVER = TimeRange.eternity()
SUMMARY_ONLY = Limits(live_max=0, few_segments=0, few_buckets=0)


@pytest.fixture(autouse=True)
def _short_flows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Are summed up, so that tests need few Segments."""
    monkeypatch.setattr(stored, "FEW_SEGMENTS", 0)


def upkeep_of(world: World, segments_max: int = 4_096) -> CoverageUpkeep:
    return replace(CoverageUpkeep.of(world.platform), segments_max=segments_max)


def sum_up(world: World, flow_id: str, segments_max: int = 4_096) -> int:
    """In how many steps."""
    upkeep, steps = upkeep_of(world, segments_max), 1
    while upkeep.step(flow_id):
        steps += 1
    return steps


def rows_of(world: World, flow_id: str) -> dict[Bucket, Tally]:
    runs = [Run(each, -(2**62), 2**62) for each in range(FINEST, COARSEST + 1, STEP)]
    return world.read(lambda it: it.coverage.rows(flow_id, runs))


def told(
    world: World,
    flow_id: str,
    timerange: TimeRange = EVER,
    resolution_ns: int | None = None,
    limits: Limits = SUMMARY_ONLY,
) -> FlowCoverage:
    service = replace(CoverageService.of(world.platform, world.caller), limits=limits)
    found = service.of_flow(flow_id, CoverageQuery(timerange, resolution_ns)).value
    assert found is not None
    return found


def register(world: World, flow_id: str, *spans: tuple[int, int]) -> None:
    object_ids = world.allocate(flow_id, len(spans))
    posts = [
        {"object_id": object_id, "timerange": str(TimeRange.from_half_open(*span))}
        for object_id, span in zip(object_ids, spans, strict=True)
    ]
    assert world.register(flow_id, *posts) == []


def level_of(world: World, flow_id: str) -> int | None:
    state = world.stored(flow_id).coverage
    assert state is not None
    return state.level


def test_a_segment_of_many_years_is_one_row_at_each_level(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 50)
    sum_up(world, flow_id)
    before = len(rows_of(world, flow_id))
    register(world, flow_id, (100 * SECOND, 100 * SECOND + 50 * YEAR))
    sum_up(world, flow_id)

    found = told(world, flow_id)

    assert len(rows_of(world, flow_id)) <= before + (COARSEST - FINEST) // STEP + 1
    assert (found.complete, found.segments) == (True, 51)
    assert found.covered.ns == 50 * SECOND + 50 * YEAR
    assert 100 < len(found.buckets) <= 500
    assert sum(each.covered.ns for each in found.buckets) == found.covered.ns


def test_a_stretch_amid_a_long_segment_is_covered(world: World) -> None:
    flow_id = world.flow()
    register(world, flow_id, (0, YEAR), (YEAR, YEAR + SECOND))
    sum_up(world, flow_id)

    found = told(world, flow_id, TimeRange.from_half_open(YEAR // 2, YEAR // 2 + 10 * SECOND))

    assert (found.segments, found.covered) == (1, Timestamp(10 * SECOND))
    assert found.ranges == (found.timerange,)


def test_segments_of_a_millisecond_have_buckets_of_their_own_size(world: World) -> None:
    flow_id = world.flow()
    ms = 1_000_000
    register(world, flow_id, *((n * ms, (n + 1) * ms) for n in range(300)))
    sum_up(world, flow_id)

    assert level_of(world, flow_id) == FINEST
    found = told(world, flow_id, resolution_ns=1)
    assert found.resolution.ns * 64 == SECOND
    assert (found.segments, found.covered.ns) == (300, 300 * ms)
    assert len(found.buckets) == 20


def test_a_flow_whose_segments_get_much_shorter_gets_finer_buckets(world: World) -> None:
    flow_id = world.flow()
    register(world, flow_id, *((n * 100 * SECOND, (n + 1) * 100 * SECOND) for n in range(4)))
    sum_up(world, flow_id, segments_max=10)
    coarse = level_of(world, flow_id)
    world.segments(flow_id, 40, first=400)

    sum_up(world, flow_id, segments_max=10)

    assert coarse == 10
    assert (level_of(world, flow_id) or 0) < coarse
    found = told(world, flow_id)
    assert (found.complete, found.segments, found.covered.ns) == (True, 44, 440 * SECOND)


def test_more_in_the_finest_bucket_than_a_step_reads_is_read_nevertheless(world: World) -> None:
    flow_id = world.flow()
    register(world, flow_id, *((n, n + 1) for n in range(30)))

    assert sum_up(world, flow_id, segments_max=10) < 10
    assert told(world, flow_id).segments == 30


def test_a_step_reads_a_bounded_number_of_segments(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 100)

    assert sum_up(world, flow_id, segments_max=20) >= 3
    assert told(world, flow_id).segments == 100
    world.segments(flow_id, 1, first=100)
    assert sum_up(world, flow_id, segments_max=20) == 1
    assert told(world, flow_id).segments == 101


def test_what_is_not_summed_up_is_read_unless_it_is_too_much(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 50)
    sum_up(world, flow_id)
    world.segments(flow_id, 30, first=1_000)

    late = told(world, flow_id, limits=replace(SUMMARY_ONLY, live_max=10))
    exact = told(world, flow_id, limits=replace(SUMMARY_ONLY, live_max=100))

    assert (late.complete, late.segments) == (False, 50)
    assert (exact.complete, exact.segments) == (True, 80)


def test_a_flow_that_was_never_summed_up_tells_so_if_it_is_too_long(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 30)

    assert not told(world, flow_id, limits=replace(SUMMARY_ONLY, live_max=10)).complete
    assert told(world, flow_id, limits=replace(SUMMARY_ONLY, live_max=30)).complete


def test_the_sweeper_finds_what_is_stale_and_nothing_else(fresh_world: World) -> None:
    world = fresh_world
    first, second = world.flow(), world.flow()
    world.flow()
    world.segments(first, 5)
    world.segments(second, 5)
    upkeep = CoverageUpkeep.of(world.platform)

    assert upkeep.sweep() == 2
    assert upkeep.sweep() == 0
    world.segments(first, 5, first=5)
    assert upkeep.sweep() == 1
    assert told(world, first).segments == 10


def test_a_flow_of_few_segments_is_not_summed_up(
    fresh_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "FEW_SEGMENTS", 10)
    world, upkeep = fresh_world, upkeep_of(fresh_world)
    flow_id = world.flow()
    world.segments(flow_id, 10)
    assert upkeep.sweep() == 0
    assert told(world, flow_id, limits=Limits()).segments == 10

    register(world, flow_id, (100 * SECOND, 101 * SECOND))
    assert upkeep.sweep() == 1
    assert told(world, flow_id).segments == 11

    DeletionService.of(world.platform, world.caller).delete_segments(
        flow_id, TimeRange.from_half_open(0, 5 * SECOND)
    )
    assert told(world, flow_id, limits=Limits()).segments == 6
    assert upkeep.sweep() == 1, "what is summed up once is kept up"
    assert told(world, flow_id).segments == 6


def test_flows_of_the_release_before_are_found_after_the_migration(fresh_world: World) -> None:
    world = fresh_world
    old, new, empty = world.flow(), world.flow(), world.flow()
    world.segments(old, 5)
    world.segments(new, 5)
    upkeep = CoverageUpkeep.of(world.platform)
    upkeep.sweep()

    def forget(repositories: Repositories) -> None:
        for flow_id in (old, empty):
            repositories.flows.get(flow_id)
            row = {"id": flow_id, "coverage": None, "coverage_us": None}
            repositories.flows._rows.update([row])

    world.write(forget)
    database = Database(vast_connection(world.platform.settings))

    assert database.write(mark_some) == 1
    assert database.write(mark_some) == 0
    assert told(world, old, limits=Limits()).segments == 5
    assert upkeep.sweep() == 1
    assert told(world, old).segments == 5


def test_an_answer_never_has_too_many_buckets(world: World) -> None:
    flow_id = world.flow()
    register(world, flow_id, (0, SECOND), (300 * YEAR, 300 * YEAR + SECOND))

    for timerange in (EVER, TimeRange.from_half_open(-(10**30), 10**30)):
        found = told(world, flow_id, timerange, 1, Limits())
        assert len(found.buckets) <= BUCKETS_MAX
        assert found.segments == 2


def test_who_may_not_read_the_flow_is_told_nothing_of_it(world: World) -> None:
    source = "1b5b1f3a-8d0f-4a6e-9f6f-0a3a5e1c7d11"
    mine, other = (world.flow(source_id=source, tags=of(each)) for each in ("news", "sport"))
    world.segments(mine, 2)
    world.segments(other, 2, first=10)
    reader = world.as_(holding(read="news"))

    assert told(reader, mine, limits=Limits()).segments == 2
    with pytest.raises(NotFoundError):
        told(reader, other)
    with pytest.raises(ForbiddenError):
        told(world.as_(holding(write="sport")), other)
    service = CoverageService.of(world.platform, world.caller)
    whole, _ = service.of_source(source, CoverageQuery(EVER), FlowQuery())
    assert whole.value is not None
    assert {each.flow_id for each in whole.value.flows} == {mine, other}


def test_a_client_that_has_it_is_sent_it_again_only_after_a_change(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 3)
    service, query = CoverageService.of(world.platform, world.caller), CoverageQuery(EVER)
    first = service.of_flow(flow_id, query)
    assert first.version is not None

    assert service.of_flow(flow_id, query, {first.version}).value is None
    other = CoverageQuery(EVER, SECOND)
    assert service.of_flow(flow_id, other, {first.version}).value is not None
    world.segments(flow_id, 1, first=3)
    assert service.of_flow(flow_id, query, {first.version}).value is not None
