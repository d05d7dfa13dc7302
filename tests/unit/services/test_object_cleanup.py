"""The bytes of unused Objects: deleted only after their rows say so (STO-16)."""

from datetime import timedelta

import pytest

from tams.errors import BackendUnavailableError
from tams.models.caller import EVERYONE
from tams.models.stored_objects import ObjectState
from tams.services.deletion.deletion import DeletionService
from tams.services.objects.cleanup import ObjectCleanupService
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.world import ALL_TIME, World


def cleanup(world: World) -> ObjectCleanupService:
    return ObjectCleanupService.of(world.platform)


def doomed(world: World) -> str:
    flow_id = world.flow()
    (object_id,) = world.segments(flow_id, 1)
    world.platform.bytes.kept[STORAGE_ID, object_id] = {}
    DeletionService.of(world.platform, EVERYONE).delete_segments(flow_id, ALL_TIME)
    return object_id


def test_bytes_go_and_then_the_row(world: World) -> None:
    object_id = doomed(world)

    cleanup(world).clean([object_id, "never heard of"])

    assert world.platform.bytes.kept == {}
    assert world.object(object_id) is None


def test_what_is_in_use_or_allocated_is_left_alone(world: World) -> None:
    flow_id = world.flow()
    (used,) = world.segments(flow_id, 1)
    (allocated,) = world.allocate(flow_id)
    kept = {(STORAGE_ID, used): dict[str, str](), (STORAGE_ID, allocated): dict[str, str]()}
    world.platform.bytes.kept.update(kept)

    cleanup(world).clean([used, allocated])

    assert world.platform.bytes.kept == kept
    assert world.object(used) is not None


def test_a_row_outlives_bytes_that_could_not_be_deleted(world: World) -> None:
    object_id = doomed(world)
    world.platform.bytes.away.add(STORAGE_ID)

    with pytest.raises(BackendUnavailableError):
        cleanup(world).clean([object_id])
    assert (stored := world.object(object_id)) is not None
    assert stored.state is ObjectState.DOOMED
    world.platform.bytes.away.clear()
    cleanup(world).clean([object_id])
    assert world.object(object_id) is None


def test_a_doomed_object_is_hinted_at_again_when_nobody_came(world: World) -> None:
    object_id = doomed(world)
    service = cleanup(world)
    world.platform.time.pass_(seconds=1)
    service.sweep()  # and the shared clock knows the time
    assert world.platform.noted.object_cleanup.bodies.count(object_id) == 1

    world.platform.time.now += service.hint_again_after + timedelta(seconds=1)
    service.sweep()

    assert world.platform.noted.object_cleanup.bodies.count(object_id) == 2
    service.clean([object_id])


def test_allocations_are_doomed_when_their_time_is_over_and_a_leap_of_a_clock_is_none(
    fresh_world: World,
) -> None:
    world = fresh_world  # a sweep takes so many, and other tests leave more
    (object_id,) = world.allocate(world.flow())
    service = cleanup(world)
    service.sweep()

    world.platform.time.now += service.allocation_timeout + timedelta(seconds=1)
    service.sweep()
    assert (stored := world.object(object_id)) is not None
    assert stored.state is ObjectState.ALLOCATED, "one leap is believed by ten minutes"
    for _ in range(service.allocation_timeout // timedelta(minutes=10) + 1):
        service.clock()
    service.sweep()
    assert (stored := world.object(object_id)) is not None
    assert stored.state is ObjectState.DOOMED
    assert object_id in world.platform.noted.object_cleanup.bodies
