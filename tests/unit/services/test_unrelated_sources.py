"""A Source's row may say that it is in no collection and has none. It must never say so in error."""

from collections.abc import Callable
from typing import ClassVar
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tams.errors import ConflictError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.flow import parse_flow_put
from tams.models.source import SourcePost
from tams.models.stored import StoredSource
from tams.ports import Repositories
from tams.repositories.changing import ChangingRows
from tams.repositories.tables import SOURCES
from tams.services.deletion.disposal import DeletionOptions
from tams.services.flows.flows import FlowService
from tams.services.flows.kept_sources import KeptSourceService
from tams.services.flows.sources import SourceService
from tams.vast.where import col
from tests.builders import a_video_flow_body
from tests.in_process import Platform
from tests.long_form import SOAK
from tests.unit.services.binned import DAY, BinWorld
from tests.unit.services.test_collection_costs import cost
from tests.unit.services.world import World

EXAMPLES, STEPS = (200, 60) if SOAK else (8, 25)
FLOWS = 4
flows = st.integers(0, FLOWS - 1)
sources = st.integers(0, 2)


def stored(world: World, source_id: str) -> StoredSource | None:
    return world.read(lambda it: it.sources.find(source_id))


def is_unrelated(world: World, source_id: str) -> bool:
    found = stored(world, source_id)
    assert found is not None
    return found.is_unrelated


def source_of(world: World, flow_id: str) -> str:
    return world.stored(flow_id).flow.source_id


def written_by_another_release(world: World, source_id: str) -> None:
    """It knows nothing of the column, and writes the next revision."""

    def write(repositories: Repositories) -> None:
        rows = ChangingRows(repositories._transaction, SOURCES)
        found = repositories._transaction.select(
            SOURCES, col["id"] == source_id, ["id", "revision"], with_row_id=True
        )
        rows.track(found)
        rows.update([{"id": source_id, "label": "by another release"}])

    world.write(write)


def test_an_unrelated_source_is_read_in_one_select(fresh_world: World) -> None:
    world = fresh_world
    parent, child, alone = (source_of(world, world.flow()) for _ in range(3))
    service = SourceService.of(world.platform, EVERYONE)

    assert cost(world, lambda: service.get(alone)) == {"query_rows": 1}
    written_by_another_release(world, parent)
    assert cost(world, lambda: service.get(parent)) == {"query_rows": 3}
    written_by_another_release(world, child)
    assert cost(world, lambda: service.get(child)) == {"query_rows": 3}


def test_related_sources_show_their_collections(world: World) -> None:
    parent, child = world.flow(), world.flow()
    service = SourceService.of(world.platform, EVERYONE)
    above, below = source_of(world, parent), source_of(world, child)
    assert is_unrelated(world, above)

    world.collect(parent, child)

    assert not is_unrelated(world, above)
    assert not is_unrelated(world, below)
    assert [each.id for each in service.get(above).source_collection or ()] == [below]
    assert service.get(below).collected_by == (above,)


def test_more_flows_of_a_source_leave_it_unrelated(world: World) -> None:
    source_id = source_of(world, world.flow())

    world.flow(source_id=source_id)

    assert is_unrelated(world, source_id)


def test_a_source_created_by_itself_is_unrelated_until_its_flow_is_collected(world: World) -> None:
    source_id = str(uuid4())
    post = SourcePost.model_validate({"id": source_id, "format": "urn:x-nmos:format:video"})
    KeptSourceService.of(world.platform, EVERYONE).create(post)
    assert is_unrelated(world, source_id)

    world.collect(world.flow(), world.flow(source_id=source_id))

    assert not is_unrelated(world, source_id)


def test_a_source_restored_with_its_collecting_flow_is_related(platform: Platform) -> None:
    world = BinWorld(platform)
    world.keep_for(DAY)
    parent, child, alone = world.flow(), world.flow(), world.flow()
    world.collect(parent, child)
    ids = [source_of(world, each) for each in (parent, alone)]
    for each in (parent, alone):
        world.delete_flow(each)
        world.platform.time.pass_(seconds=1)

    for each in (parent, alone):
        world.restore.flow(each)

    assert [is_unrelated(world, each) for each in ids] == [False, True]


class Marks(RuleBasedStateMachine):
    """Whatever happens to Flows, each Source shows the collections that the table of collections says."""

    platform: ClassVar[Platform]

    def __init__(self) -> None:
        super().__init__()
        self.world = BinWorld(self.platform.another())
        self.world.keep_for(DAY)
        self.flow_ids = [str(uuid4()) for _ in range(FLOWS)]
        self.source_ids = [str(uuid4()) for _ in range(3)]

    def _there(self, flow: int) -> bool:
        return self.flow_ids[flow] in self.world.read(lambda it: it.flows.existing(self.flow_ids))

    @rule(flow=flows, source=sources)
    def put(self, flow: int, source: int) -> None:
        """Creates it, or moves it to this Source."""
        flow_id = self.flow_ids[flow]
        body = a_video_flow_body(id=flow_id, source_id=self.source_ids[source])
        self.world.platform.time.pass_(seconds=1)
        FlowService.of(self.platform, EVERYONE).put(flow_id, parse_flow_put(body))

    @rule(parent=flows, members=st.lists(flows, max_size=2, unique=True))
    def collect(self, parent: int, members: list[int]) -> None:
        if not self._there(parent):
            return
        try:
            self.world.collect(self.flow_ids[parent], *(self.flow_ids[each] for each in members))
        except InvalidRequestError:
            return  # itself, a Flow that is gone, or another order than a sibling's

    @rule(flow=flows, soft=st.booleans())
    def delete_flow(self, flow: int, soft: bool) -> None:
        if self._there(flow):
            self.world.platform.time.pass_(seconds=1)
            self.world.delete_flow(self.flow_ids[flow], DeletionOptions(soft_delete=soft))

    @rule(source=sources)
    def delete_source(self, source: int) -> None:
        if stored(self.world, self.source_ids[source]) is not None:
            self.world.platform.time.pass_(seconds=1)
            self.world.delete_source(self.source_ids[source], DeletionOptions(cascade=True))

    @rule(flow=flows)
    def restore_flow(self, flow: int) -> None:
        self._restore(lambda: self.world.restore.flow(self.flow_ids[flow]))

    @rule(source=sources)
    def restore_source(self, source: int) -> None:
        self._restore(lambda: self.world.restore.source(self.source_ids[source]))

    def _restore(self, work: Callable[[], object]) -> None:
        self.world.platform.time.pass_(seconds=1)
        try:
            work()
        except (ConflictError, NotFoundError):
            return  # it exists, or nothing is in the bin

    @rule(source=sources)
    def another_release(self, source: int) -> None:
        if stored(self.world, self.source_ids[source]) is not None:
            written_by_another_release(self.world, self.source_ids[source])

    @invariant()
    def no_source_is_wrongly_called_unrelated(self) -> None:
        def work(repositories: Repositories) -> list[str]:
            relations = repositories.collections
            related = {*relations.source_members(self.source_ids)}
            related |= {*relations.source_collectors(self.source_ids)}
            found = {each: repositories.sources.find(each) for each in self.source_ids}
            return [each for each in related if (it := found[each]) and it.is_unrelated]

        assert self.world.read(work) == []


def test_whatever_happens_no_mark_is_wrong(shared_platform: Platform) -> None:
    Marks.platform = shared_platform
    run_state_machine_as_test(
        Marks,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
