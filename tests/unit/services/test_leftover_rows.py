"""`tams admin clean`: rows that nothing needs are found and removed, and what looks like them stays."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tams.models.caller import EVERYONE
from tams.models.flow import parse_flow_put
from tams.repositories.tables import COLLECTIONS
from tams.runtime.vast import vast_connection
from tams.services.batch.record import KEPT_FOR, BatchKey, BatchRecord
from tams.services.flows.flows import FlowService
from tams.services.leftovers.batches import ExpiredBatches
from tams.services.leftovers.collections import BrokenCollections
from tams.services.leftovers.deletions import StuckDeletions
from tams.services.leftovers.objects import DoomedObjects
from tests.builders import a_video_flow_body
from tests.integration.backup.stores import insert, silent
from tests.unit.services.leftovers import Interleaved, bin_flow, found, pass_time, removed
from tests.unit.services.test_deletion_requests import accepted, requests_of
from tests.unit.services.world import World


@pytest.fixture
def world(fresh_world: World) -> World:
    """What is left over concerns all there is in a store."""
    return fresh_world


# Entries of collections


def break_collection(world: World, parent: str, child: str) -> None:
    """An entry as a restored or damaged table may have it."""
    ends = {"parent_id": parent, "child_id": child}
    sources = {"parent_source_id": str(uuid4()), "child_source_id": str(uuid4())}
    row = {**ends, **sources, "position": 0, "role": "broken"}
    insert(vast_connection(world.platform.settings), COLLECTIONS, [row])


def test_entries_of_missing_flows_go_and_whole_collections_stay(world: World) -> None:
    parent, child, nobody = world.flow(), world.flow(), str(uuid4())
    world.collect(parent, child)
    lone = world.flow()
    break_collection(world, lone, nobody)
    break_collection(world, str(uuid4()), child)
    break_collection(world, str(uuid4()), str(uuid4()))
    kind = BrokenCollections.of(world.platform)

    assert found(kind) == 3
    assert removed(kind) == 3

    assert found(kind) == 0
    members = world.read(lambda it: it.collections.members([parent, lone]))
    assert [item.id for item in members.pop(parent)] == [child]
    assert not members
    assert world.read(lambda it: it.collections.collectors([child])) == {child: [parent]}
    assert world.event_types(lone)[-1] == "flows/updated"


def test_an_entry_whose_flow_is_created_meanwhile_stays(world: World) -> None:
    parent, nobody = world.flow(), str(uuid4())
    break_collection(world, parent, nobody)
    body = a_video_flow_body(id=nobody, source_id=str(uuid4()))
    kind = BrokenCollections.of(world.platform)
    flows = FlowService.of(world.platform, EVERYONE)
    store = Interleaved(kind.store, lambda: flows.put(nobody, parse_flow_put(body)))

    assert removed(replace(kind, store=store)) == 0

    assert store.attempts == 2, "the two collide in the guard of the id"
    members = world.read(lambda it: it.collections.members([parent]))[parent]
    assert [item.id for item in members] == [nobody]


def test_a_collection_with_a_flow_in_the_recycle_bin_is_not_broken(world: World) -> None:
    parent, child = world.flow(), world.flow()
    world.collect(parent, child)
    bin_flow(world, child)

    assert found(BrokenCollections.of(world.platform)) == 0


# Deletion requests


def test_a_stuck_deletion_request_is_worked_off_and_one_in_work_is_not(world: World) -> None:
    stuck, failed, in_work = (world.flow() for _ in range(3))
    for flow_id in (stuck, failed, in_work):
        world.segments(flow_id, 5)
    requests = requests_of(world)
    lost = accepted(world, stuck)
    error = accepted(world, failed)
    requests.fail(error.id, "the disk was full")
    world.platform.time.now += requests.idle + timedelta(seconds=1)
    running = accepted(world, in_work)
    kind = StuckDeletions.of(world.platform)

    assert set(kind.find(silent()).examples) == {lost.id, error.id}
    assert removed(kind) == 2

    assert [requests.get(each.id).status for each in (lost, error)] == ["done", "done"]
    assert requests.get(running.id).status == "created"
    assert found(DoomedObjects.of(world.platform)) == 10
    assert found(kind) == 0


def test_a_deletion_request_that_another_worker_ends_meanwhile_is_done_once(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 5)
    request = accepted(world, flow_id)
    requests = requests_of(world)
    world.platform.time.now += requests.idle + timedelta(seconds=1)
    kind = StuckDeletions.of(world.platform)
    store = Interleaved(kind.requests.store, lambda: requests.work_off(request.id))

    removed(replace(kind, requests=replace(kind.requests, store=store)))

    assert store.attempts == 2
    assert requests.get(request.id).status == "done"
    assert found(DoomedObjects.of(world.platform)) == 5


# Records of batches


def record_of(world: World, key: str) -> BatchRecord:
    return BatchRecord.of(world.platform, EVERYONE, BatchKey.of(EVERYONE, key, {"a": key}))


def test_a_batch_past_its_time_is_forgotten_and_one_that_may_be_repeated_is_not(
    world: World,
) -> None:
    record_of(world, "old").save([None])
    pass_time(world, KEPT_FOR + timedelta(seconds=1))
    record_of(world, "new").save([None])
    kind = ExpiredBatches.of(world.platform)

    assert found(kind) == 1
    assert removed(kind) == 1

    assert record_of(world, "new").outcomes() == (None,)
    assert found(kind) == 0


def test_a_batch_that_is_done_again_meanwhile_is_remembered(world: World) -> None:
    record_of(world, "old").save([None])
    pass_time(world, KEPT_FOR + timedelta(seconds=1))
    kind = ExpiredBatches.of(world.platform)
    store = Interleaved(kind.cleanup.store, lambda: record_of(world, "old").save([None]))

    assert removed(replace(kind, cleanup=replace(kind.cleanup, store=store))) == 0

    assert record_of(world, "old").outcomes() == (None,)
