"""Copies of Objects: made when possible, shown when complete, undone when no longer wanted."""

from datetime import timedelta

import pytest

from tams.models.caller import EVERYONE
from tams.models.copy import Copy
from tams.models.media_object import UncontrolledInstance
from tams.services.deletion.deletion import DeletionService
from tams.services.objects.copies import ATTEMPTS_MAX, ObjectCopyService, pause_after
from tams.services.objects.instances import InstanceService
from tests.in_process import ARCHIVE_ID
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.world import World


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 2), (2, 4), (9, 512), (10, 900), (12, 900), (100_000, 900)]
)
def test_pauses_double_up_to_a_quarter_of_an_hour_for_ever(attempts: int, seconds: int) -> None:
    assert pause_after(attempts) == timedelta(seconds=seconds)


def copies(world: World) -> ObjectCopyService:
    return ObjectCopyService.of(world.platform)


def asked_for(world: World) -> tuple[str, str]:
    """An Object that is to be copied to the archive, and the copy's id."""
    (object_id,) = world.segments(world.flow(), 1)
    world.platform.bytes.kept[STORAGE_ID, object_id] = {}
    InstanceService.of(world.platform, EVERYONE).copy(object_id, ARCHIVE_ID)
    return object_id, world.platform.noted.copies.bodies[-1]


def found(world: World, copy_id: str) -> Copy | None:
    return world.read(lambda it: it.copies.find(copy_id))


def backends_of(world: World, object_id: str) -> list[str | None]:
    stored = world.object(object_id)
    assert stored is not None
    return [each.storage_id for each in stored.instances]


def test_an_instance_shows_once_its_bytes_are_there(world: World) -> None:
    object_id, copy_id = asked_for(world)
    assert backends_of(world, object_id) == [STORAGE_ID]

    copies(world).work(copy_id)

    assert backends_of(world, object_id) == [STORAGE_ID, ARCHIVE_ID]
    assert (ARCHIVE_ID, object_id) in world.platform.bytes.kept
    assert found(world, copy_id) is None
    copies(world).work(copy_id)  # a hint that comes twice


def test_a_copy_that_fails_rests_and_is_hinted_at_again(world: World) -> None:
    object_id, copy_id = asked_for(world)
    world.platform.bytes.away.add(ARCHIVE_ID)

    copies(world).work(copy_id)

    assert backends_of(world, object_id) == [STORAGE_ID]
    assert world.platform.noted.copies.sent[-1] == (copy_id, 3.0), "a second more than it rests"
    copies(world).work(copy_id)
    assert (copy := found(world, copy_id)) is not None
    assert copy.attempts == 1, "it rests still"
    world.platform.bytes.away.clear()
    world.platform.time.pass_(seconds=2)
    copies(world).work(copy_id)
    assert backends_of(world, object_id) == [STORAGE_ID, ARCHIVE_ID]


def test_each_attempt_copies_from_another_instance(world: World) -> None:
    object_id, copy_id = asked_for(world)
    elsewhere = UncontrolledInstance(url="https://example.com/a", label="theirs")
    InstanceService.of(world.platform, EVERYONE).add(object_id, elsewhere)
    world.platform.bytes.away.add(STORAGE_ID)

    copies(world).work(copy_id)
    assert ARCHIVE_ID not in backends_of(world, object_id)
    world.platform.time.pass_(seconds=2)
    copies(world).work(copy_id)

    assert ARCHIVE_ID in backends_of(world, object_id)


def test_it_is_given_up_after_so_many_attempts_and_leaves_no_bytes(world: World) -> None:
    object_id, copy_id = asked_for(world)
    world.platform.bytes.away.add(STORAGE_ID)
    for _ in range(ATTEMPTS_MAX):
        copies(world).work(copy_id)
        world.platform.time.pass_(minutes=15)
    assert (copy := found(world, copy_id)) is not None
    assert (copy.attempts, copy.cancelled) == (ATTEMPTS_MAX, True)
    world.platform.bytes.kept[ARCHIVE_ID, object_id] = {}

    copies(world).work(copy_id)

    assert found(world, copy_id) is None
    assert (ARCHIVE_ID, object_id) not in world.platform.bytes.kept
    assert backends_of(world, object_id) == [STORAGE_ID]


def test_a_copy_of_an_object_that_is_gone_is_undone(world: World) -> None:
    object_id, copy_id = asked_for(world)
    DeletionService.of(world.platform, EVERYONE).delete_flow(world.ids[-1])
    world.platform.bytes.kept[ARCHIVE_ID, object_id] = {}

    copies(world).work(copy_id)

    assert found(world, copy_id) is None
    assert (ARCHIVE_ID, object_id) not in world.platform.bytes.kept


def test_the_bytes_of_an_instance_that_is_removed_follow_it(world: World) -> None:
    object_id, copy_id = asked_for(world)
    copies(world).work(copy_id)
    InstanceService.of(world.platform, EVERYONE).remove(object_id, ARCHIVE_ID, None)
    assert backends_of(world, object_id) == [STORAGE_ID]

    copies(world).work(world.platform.noted.copies.bodies[-1])

    assert set(world.platform.bytes.kept) == {(STORAGE_ID, object_id)}


def test_the_sweeper_hints_at_what_is_due_and_not_at_what_rests(world: World) -> None:
    _, due = asked_for(world)
    _, resting = asked_for(world)
    world.platform.bytes.away.add(ARCHIVE_ID)
    copies(world).work(resting)
    world.platform.noted.copies.sent.clear()

    copies(world).sweep()

    assert due in world.platform.noted.copies.bodies
    assert resting not in world.platform.noted.copies.bodies
    world.platform.time.pass_(seconds=2)
    copies(world).sweep()
    assert resting in world.platform.noted.copies.bodies
