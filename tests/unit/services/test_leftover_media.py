"""`tams admin clean`: unused Objects and unknown media are found and removed, and their like stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tams.errors import BackendUnavailableError
from tams.models.caller import EVERYONE
from tams.models.flow_storage import FlowStoragePost
from tams.models.stored_objects import ObjectState
from tams.services.deletion.deletion import DeletionService
from tams.services.leftovers import objects
from tams.services.leftovers.keys import UnknownKeys
from tams.services.leftovers.objects import DoomedObjects, ExpiredAllocations
from tams.services.storage.media_storage import MediaStorageService
from tests.in_process import ARCHIVE_ID, Platform
from tests.integration.backup.stores import silent
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.leftovers import (
    Interleaved,
    bin_flow,
    found,
    left,
    pass_time,
    removed,
    store_bytes,
)
from tests.unit.services.world import World


@pytest.fixture
def world(fresh_world: World) -> World:
    """What is left over concerns all there is in a store."""
    return fresh_world


def keys_of(world: World, hours: float = 24) -> UnknownKeys:
    return UnknownKeys.of(world.platform, timedelta(hours=hours))


# Objects that no Segment used in time


def expired_allocation(world: World, count: int = 1) -> list[str]:
    ids = world.allocate(world.flow(), count)
    store_bytes(world, *ids)
    pass_time(world, ExpiredAllocations.of(world.platform).cleanup.allocation_timeout)
    pass_time(world, timedelta(seconds=1))
    return ids


def test_an_allocation_past_its_time_goes_and_a_used_or_younger_one_stays(world: World) -> None:
    used = world.segments(world.flow(), 1)
    (old,) = expired_allocation(world)
    young = world.allocate(world.flow())
    store_bytes(world, *used, *young)
    kind = ExpiredAllocations.of(world.platform)

    assert kind.find(silent()).examples == (old,)
    assert removed(kind) == 1

    assert left(world) == {*used, *young}
    assert world.object(old) is None
    assert (found(kind), removed(kind)) == (0, 0)


def test_an_allocation_that_is_used_meanwhile_stays(world: World) -> None:
    flow_id = world.flow()
    (object_id,) = world.allocate(flow_id)
    store_bytes(world, object_id)
    pass_time(world, timedelta(days=30))
    kind = ExpiredAllocations.of(world.platform)
    assert found(kind) == 1
    post = {"object_id": object_id, "timerange": "[0:0_1:0)"}
    store = Interleaved(kind.cleanup.store, lambda: world.register(flow_id, post))

    gone = removed(replace(kind, cleanup=replace(kind.cleanup, store=store)))

    assert gone == 0
    assert store.attempts == 2, "the two collide in the Object's row"
    assert left(world) == {object_id}
    assert (stored := world.object(object_id)) is not None
    assert stored.state is ObjectState.REFERENCED


def test_a_clock_that_has_leapt_dooms_nothing_however_much_there_is_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reading moves the shared clock by ten minutes, so a removal takes one."""
    old = expired_allocation(world, 7)
    pass_time(world, timedelta(seconds=1))
    young = world.allocate(world.flow(), 3)
    store_bytes(world, *young)
    monkeypatch.setattr("tams.services.objects.cleanup.SWEEP_LIMIT", 1)
    kind = ExpiredAllocations.of(world.platform)
    hour = timedelta(hours=1)
    kind = replace(kind, cleanup=replace(kind.cleanup, allocation_timeout=hour))
    world.platform.time.now += hour

    assert removed(kind) == len(old)

    assert left(world) == set(young)


# Objects that wait for their removal


def test_doomed_objects_go_in_bounded_steps_and_others_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "AT_ONCE", 2)
    gone, kept = world.flow(), world.flow()
    doomed, used = world.segments(gone, 5), world.segments(kept, 2)
    store_bytes(world, *doomed, *used)
    DeletionService.of(world.platform, EVERYONE).delete_flow(gone)
    kind = DoomedObjects.of(world.platform)
    assert found(kind) == 5

    assert list(kind.remove()) == [2, 2, 1]

    assert left(world) == set(used)
    assert found(kind) == 0


def test_an_object_that_another_flow_uses_is_not_doomed(world: World) -> None:
    one, other = world.flow(), world.flow()
    (shared,) = world.segments(one, 1)
    assert world.register(other, {"object_id": shared, "timerange": "[0:0_1:0)"}) == []
    store_bytes(world, shared)
    DeletionService.of(world.platform, EVERYONE).delete_flow(one)

    assert removed(DoomedObjects.of(world.platform)) == 0
    assert left(world) == {shared}


def test_what_was_removed_before_a_failure_is_told_and_stays_removed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "AT_ONCE", 1)
    flow_id = world.flow()
    store_bytes(world, *world.segments(flow_id, 3))
    DeletionService.of(world.platform, EVERYONE).delete_flow(flow_id)
    kind = DoomedObjects.of(world.platform)

    steps = kind.remove()
    assert next(steps) == 1
    world.platform.bytes.away.add(STORAGE_ID)
    with pytest.raises(BackendUnavailableError):
        next(steps)

    assert found(kind) == 2
    world.platform.bytes.away.clear()
    assert removed(kind) == 2


# Media that no Object knows


def test_media_without_an_object_goes_and_all_that_looks_like_it_stays(world: World) -> None:
    flow_id = world.flow()
    used, allocated = world.segments(flow_id, 1), world.allocate(flow_id)
    binned = world.flow()
    in_bin = world.segments(binned, 1)
    bin_flow(world, binned)
    store_bytes(world, *used, *allocated, *in_bin, "stray/1", "stray 2")
    store_bytes(world, "stray/1", storage_id=ARCHIVE_ID)
    pass_time(world, timedelta(days=2))
    kind = keys_of(world)

    look = kind.find(silent())
    assert (look.count, look.size_bytes, look.doubt) == (3, 3, None)
    assert len(look.examples) == 3
    assert removed(kind) == 3

    assert left(world) == {*used, *allocated, *in_bin}
    assert world.object("stray/1") is None
    assert found(kind) == 0


def test_young_media_is_left_alone(world: World) -> None:
    store_bytes(world, "stray")
    pass_time(world, timedelta(hours=23))
    kind = keys_of(world)

    assert (found(kind), removed(kind)) == (0, 0)
    assert (found(keys_of(world, 22)), removed(keys_of(world, 22))) == (1, 1)


def test_media_whose_object_is_allocated_meanwhile_stays(world: World) -> None:
    flow_id = world.flow()
    store_bytes(world, "stray")
    pass_time(world, timedelta(days=2))
    kind = keys_of(world)
    assert found(kind) == 1
    storage = MediaStorageService.of(world.platform, EVERYONE)
    post = FlowStoragePost.from_body({"object_ids": ["stray"]})
    store = Interleaved(kind.store, lambda: storage.allocate(flow_id, post))

    assert removed(replace(kind, store=store)) == 0

    assert store.attempts == 2, "the two collide in the guard of the id"
    assert left(world) == {"stray"}
    assert (stored := world.object("stray")) is not None
    assert stored.state is ObjectState.ALLOCATED


def test_media_that_a_failed_removal_has_doomed_is_found_as_such(world: World) -> None:
    store_bytes(world, "stray")
    pass_time(world, timedelta(days=2))
    kind = keys_of(world)
    refusing = Platform(world.platform.settings.vast.endpoint)
    refusing.bytes.away.add(STORAGE_ID)
    cleanup = replace(kind.cleanup, object_stores=refusing.bytes)

    with pytest.raises(BackendUnavailableError):
        removed(replace(kind, cleanup=cleanup))

    assert (stored := world.object("stray")) is not None
    assert stored.state is ObjectState.DOOMED
    assert found(kind) == 0
    assert removed(DoomedObjects.of(world.platform)) == 1
    assert left(world) == set()


def test_a_store_that_knows_none_of_the_media_may_be_the_wrong_one(world: World) -> None:
    store_bytes(world, "one", "two")
    pass_time(world, timedelta(days=2))
    assert "wrong store" in (keys_of(world).find(silent()).doubt or "")

    store_bytes(world, *world.segments(world.flow(), 1))

    assert keys_of(world).find(silent()).doubt is None
