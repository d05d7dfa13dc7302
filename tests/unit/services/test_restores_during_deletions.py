"""A restore of what an active deletion request covers is refused: the worker would delete it again.

A restore and the acceptance of a request may also meet: whichever commits second begins again.
"""

from typing import cast
from uuid import uuid4

import pytest

from tams.errors import ConflictError
from tams.models.caller import EVERYONE, Caller
from tams.models.deletion_request import DeletionRequest
from tams.ports import Platform as ServicePlatform
from tams.ports import Store
from tams.services.batch.batch import BatchItem, BatchService
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.objects import ObjectDeletionService
from tams.services.deletion.sources import FLOWS_MAX, SourceDeletionService
from tams.services.recycle_bin.restore import RestoreService
from tams.timing import TimeRange
from tests.in_process import Platform
from tests.unit.services.binned import DAY, BinWorld, Interrupted

CASCADE = DeletionOptions(cascade=True)
AT_ONCE = 10


@pytest.fixture
def world(platform: Platform) -> BinWorld:
    world = BinWorld(platform, at_once=AT_ONCE)
    world.keep_for(7 * DAY)
    return world


def a_large_source(world: BinWorld) -> tuple[str, str]:
    """Its id, and that of a Flow of it that was deleted before."""
    source_id = str(uuid4())
    flows = [world.flow(source_id=source_id) for _ in range(FLOWS_MAX + 2)]
    world.segments(flows[0], 2)
    world.delete_flow(flows[0])
    return source_id, flows[0]


def a_used_object(world: BinWorld) -> tuple[str, str]:
    """Its id, and a Flow with Segments on it, of which one was deleted before."""
    flow_id = world.flow()
    (object_id,) = world.segments(flow_id, 1)
    posts = [
        {"object_id": object_id, "timerange": f"[{at}:0_{at + 1}:0)", "ts_offset": f"{at}:0"}
        for at in range(1, AT_ONCE + 2)
    ]
    assert world.register(flow_id, *posts) == []
    world.delete_segments(flow_id, "[3:0_4:0)")
    return object_id, flow_id


def accepted(request: DeletionRequest | None) -> DeletionRequest:
    assert request is not None
    return request


def still(request: DeletionRequest) -> str:
    return f"deletion request '{request.id}' is still running"


def interrupted(world: BinWorld, store: Interrupted) -> RestoreService:
    noted = world.platform.noted
    return RestoreService(cast(Store, store), world.platform.clock, noted.deletions, AT_ONCE)


def test_a_flow_of_the_source_comes_back_when_the_request_is_done(world: BinWorld) -> None:
    source_id, flow_id = a_large_source(world)
    request = accepted(world.delete_source(source_id, CASCADE))
    (entry,) = world.bin_of(flow_id)

    with pytest.raises(ConflictError, match=still(request)):
        world.restore.flow(flow_id)
    with pytest.raises(ConflictError, match=still(request)):
        world.restore.entry(entry.id)

    world.work_off(request.id)
    assert world.restore.flow(flow_id).segment_count == 2
    world.work_off(request.id)
    assert len(world.listed(flow_id)) == 2


def test_each_item_of_a_batch_is_told_separately(world: BinWorld) -> None:
    source_id, flow_id = a_large_source(world)
    other = world.flow()
    world.delete_flow(other)
    request = accepted(world.delete_source(source_id, CASCADE))
    ids = [world.bin_of(each)[0].id for each in (flow_id, other)]

    def item(entry_id: str) -> BatchItem:
        def work(platform: ServicePlatform, caller: Caller) -> object:
            return RestoreService.of(platform, caller).entry(entry_id)

        return BatchItem(entry_id, work, (entry_id,))

    outcomes = BatchService.of(world.platform, EVERYONE).do_each([item(each) for each in ids])

    assert outcomes[0] is not None
    assert still(request) in outcomes[0].summary
    assert outcomes[1] is None
    assert world.stored(other).flow.id == other


def test_a_restore_that_began_before_the_request_begins_again(world: BinWorld) -> None:
    source_id, flow_id = a_large_source(world)
    requests: list[DeletionRequest] = []
    store = Interrupted(
        world.platform.store(EVERYONE),
        lambda: requests.append(accepted(world.delete_source(source_id, CASCADE))),
    )

    with pytest.raises(ConflictError) as refused:
        interrupted(world, store).flow(flow_id)

    assert still(requests[0]) in str(refused.value)
    world.work_off(requests[0].id)
    assert len(world.bin_of(flow_id)) == 1


def test_a_request_that_began_before_a_restore_takes_its_flow_too(world: BinWorld) -> None:
    source_id, flow_id = a_large_source(world)
    platform = world.platform
    store = Interrupted(platform.store(EVERYONE), lambda: world.restore.flow(flow_id))
    service = SourceDeletionService(
        cast(Store, store), platform.clock, platform.noted.deletions, platform.settings
    )

    request = accepted(service.delete(source_id, CASCADE))

    world.work_off(request.id)
    assert world.read(lambda it: it.sources.find(source_id)) is None
    assert len(world.bin(deletion_id=request.id, flow_id=flow_id)) == 1


def test_segments_that_come_back_meet_the_request_for_their_object(world: BinWorld) -> None:
    object_id, flow_id = a_used_object(world)
    requests: list[DeletionRequest] = []
    store = Interrupted(
        world.platform.store(EVERYONE),
        lambda: requests.append(accepted(world.delete_object(object_id, CASCADE))),
    )

    with pytest.raises(ConflictError) as refused:
        interrupted(world, store).segments(flow_id, TimeRange.eternity())

    assert still(requests[0]) in str(refused.value)
    world.work_off(requests[0].id)
    assert world.listed(flow_id) == []


def test_a_request_for_an_object_takes_what_came_back_before_it(world: BinWorld) -> None:
    object_id, flow_id = a_used_object(world)
    platform = world.platform
    store = Interrupted(platform.store(EVERYONE), lambda: world.restore_segments(flow_id))
    noted = platform.noted
    service = ObjectDeletionService(
        cast(Store, store),
        platform.clock,
        noted.object_cleanup,
        noted.deletions,
        platform.settings,
    )

    request = accepted(service.delete(object_id, CASCADE))

    world.work_off(request.id)
    assert world.listed(flow_id) == []
    (entry,) = world.bin(deletion_id=request.id)
    assert entry.segment_count == AT_ONCE + 2


def test_what_a_long_range_has_lost_so_far_is_not_restored_before_the_rest(
    world: BinWorld,
) -> None:
    """The worker would find no entry to move the rest to, and destroy it."""
    flow_id = world.flow()
    world.segments(flow_id, 2 * AT_ONCE + 5)
    request_id = world.delete_segments(flow_id, "_")
    assert request_id is not None
    assert world.one_step_of(request_id).segment_count == AT_ONCE

    with pytest.raises(ConflictError, match=f"deletion request '{request_id}' is still running"):
        world.restore_segments(flow_id, f"[0:0_{AT_ONCE}:0)")

    world.work_off(request_id)
    assert world.restore_segments(flow_id, f"[0:0_{AT_ONCE}:0)").segment_count == AT_ONCE
    assert world.restore_segments(flow_id, "[20:0_25:0)").segment_count == 5
