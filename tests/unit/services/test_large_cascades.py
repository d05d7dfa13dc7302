"""A Source with many Flows is deleted by one deletion request, some Flows at a time."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tams.errors import ConflictError, ForbiddenError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.source import SourcePost
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.requests import DeletionRequestService
from tams.services.deletion.source_flows import STEP_FLOWS, step_of_source
from tams.services.deletion.sources import FLOWS_MAX
from tams.services.flows.kept_sources import KeptSourceService
from tams.services.flows.properties import FlowPropertyService
from tams.services.recycle_bin.recycle_bin import RecycleBinService
from tams.timing.microseconds import from_us
from tests.in_process import Platform
from tests.unit.services.binned import DAY, BinWorld
from tests.unit.services.world import holding, of

CASCADE = DeletionOptions(cascade=True)
MANY = FLOWS_MAX + 1


@pytest.fixture
def world(platform: Platform) -> BinWorld:
    world = BinWorld(platform)
    world.keep_for(7 * DAY)
    return world


def flows_left(world: BinWorld, source_id: str) -> list[str]:
    return world.read(lambda it: it.flows.of_source(source_id, 1_000))


def source_exists(world: BinWorld, source_id: str) -> bool:
    return world.read(lambda it: it.sources.find(source_id)) is not None


def begun(world: BinWorld, source_id: str, options: DeletionOptions = CASCADE) -> DeletionRequest:
    request = world.delete_source(source_id, options)
    assert request is not None
    return request


def state(world: BinWorld, request: DeletionRequest) -> DeletionRequest:
    return DeletionRequestService.of(world.platform, EVERYONE).get(request.id)


def make_later(world: BinWorld, request: DeletionRequest) -> None:
    """Let time pass until what is created is younger than all that the request covers."""
    cascade = world.read(lambda it: it.deletion_requests.get(request.id)).cascade
    assert cascade is not None
    # A guard may have stamped a Flow later than now: another test may have left it in the future.
    world.platform.time.now = from_us(cascade.created_until_us) + timedelta(seconds=1)


def test_it_goes_on_where_a_worker_died_and_ends_with_the_source(world: BinWorld) -> None:
    source_id = str(uuid4())
    flows = [world.flow(source_id=source_id) for _ in range(MANY)]
    objects = world.segments(flows[0], 2)

    request = begun(world, source_id)

    assert (request.source_id, request.delete_flow) == (source_id, True)
    assert request.flow_id in flows
    assert str(request.timerange_to_delete) == "_"
    assert world.platform.noted.deletions.bodies == [request.id]
    cascade = world.read(lambda it: it.deletion_requests.get(request.id)).cascade
    assert cascade is not None
    # A worker that dies after its transaction, and before it says so.
    assert world.write(lambda it: step_of_source(it, cascade, world.platform.clock()))
    assert len(flows_left(world, source_id)) == MANY - STEP_FLOWS
    assert source_exists(world, source_id)
    world.platform.time.pass_(seconds=300)
    world.platform.noted.deletions.sent.clear()
    assert DeletionRequestService.of(world.platform, EVERYONE).sweep() >= 1
    assert request.id in world.platform.noted.deletions.bodies

    world.work_off(request.id)
    world.work_off(request.id)

    assert state(world, request).status is DeletionStatus.DONE
    assert flows_left(world, source_id) == []
    assert not source_exists(world, source_id)
    entries = world.bin(source_id=source_id)
    assert len(entries) == MANY + 1
    assert {each.deletion_id for each in entries} == {cascade.deletion_id}
    with pytest.raises(ConflictError, match=rf"{MANY} Flows were deleted.*POST /recycle-bin/resto"):
        world.restore.source(source_id)
    (entry,) = world.bin_of(flows[0])
    assert world.restore.entry(entry.id).segment_count == 2
    assert source_exists(world, source_id)
    assert all(world.object(each) for each in objects)


def test_a_flow_that_is_created_meanwhile_stays_with_its_source(world: BinWorld) -> None:
    source_id = str(uuid4())
    for _ in range(MANY):
        world.flow(source_id=source_id)
    request = begun(world, source_id)
    make_later(world, request)
    late = world.flow(source_id=source_id)

    world.work_off(request.id)

    assert flows_left(world, source_id) == [late]
    assert source_exists(world, source_id)
    assert state(world, request).status is DeletionStatus.DONE


def test_a_source_that_is_created_again_meanwhile_stays(world: BinWorld) -> None:
    source_id = str(uuid4())
    flows = [world.flow(source_id=source_id) for _ in range(MANY)]
    request = begun(world, source_id)
    for flow_id in flows:
        world.delete_flow(flow_id)
    assert not source_exists(world, source_id)
    post = SourcePost.from_body({"id": source_id, "format": "urn:x-nmos:format:video"})
    make_later(world, request)
    KeptSourceService.of(world.platform, EVERYONE).create(post)

    world.work_off(request.id)

    assert state(world, request).status is DeletionStatus.DONE
    assert source_exists(world, source_id)


def test_asking_again_leads_to_the_same_request(world: BinWorld) -> None:
    source_id = str(uuid4())
    for _ in range(MANY):
        world.flow(source_id=source_id)
    request = begun(world, source_id)
    cascade = world.read(lambda it: it.deletion_requests.get(request.id)).cascade
    assert cascade is not None
    world.write(lambda it: step_of_source(it, cascade, world.platform.clock()))
    assert len(flows_left(world, source_id)) <= FLOWS_MAX

    assert begun(world, source_id).id == request.id

    world.work_off(request.id)
    assert len(world.bin(deletion_id=request.id)) == MANY + 1


def test_with_nothing_kept_the_media_go_too(world: BinWorld) -> None:
    world.keep_for(0)
    source_id = str(uuid4())
    flows = [world.flow(source_id=source_id) for _ in range(MANY)]
    (object_id,) = world.segments(flows[0], 1)

    world.work_off(begun(world, source_id).id)
    world.purge_until_empty()

    assert world.object(object_id) is None
    assert world.bin(source_id=source_id) == []


def test_what_is_in_the_way_is_said_before_anything_is_deleted(world: BinWorld) -> None:
    source_id = str(uuid4())
    for _ in range(MANY):
        world.flow(source_id=source_id, tags=of("news"))
    hidden = world.flow(source_id=source_id, tags=of("sport"))
    alice = BinWorld(world.platform, holding(read="news", write="news", delete="news"))
    with pytest.raises(ForbiddenError, match="all Flows of this Source") as refused:
        alice.delete_source(source_id, CASCADE)
    assert hidden not in str(refused.value)

    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(hidden, True)
    with pytest.raises(ForbiddenError, match=f"{hidden}' is marked read-only"):
        world.delete_source(source_id, CASCADE)

    assert len(flows_left(world, source_id)) == MANY + 1
    assert world.platform.noted.deletions.sent == []
    with pytest.raises(ConflictError, match=rf"has Flow.* and {MANY + 1 - 10} more:"):
        world.delete_source(source_id)


def test_the_request_is_for_those_who_may_delete_the_source(world: BinWorld) -> None:
    source_id = str(uuid4())
    for _ in range(MANY):
        world.flow(source_id=source_id, tags=of("news"))
    request = begun(world, source_id)
    world.work_off(request.id)

    for caller, sees in ((holding(delete="news"), True), (holding(delete="sport"), False)):
        service = DeletionRequestService.of(world.platform, caller)
        if sees:
            assert service.get(request.id).source_id == source_id
            continue
        with pytest.raises(NotFoundError):
            service.get(request.id)
    entry = world.bin(source_id=source_id, kind="source")[0]
    RecycleBinService.of(world.platform, EVERYONE).purge(entry.id)
    assert len(world.bin(source_id=source_id)) == MANY
