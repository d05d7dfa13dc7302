"""What one DELETE deleted comes back in several transactions: its collections are whole all the same."""

from uuid import uuid4

import pytest

from tams.services.deletion.disposal import DeletionOptions
from tams.services.recycle_bin import restored_deletions
from tests.in_process import Platform
from tests.unit.services.binned import DAY, BinWorld


@pytest.fixture
def world(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> BinWorld:
    """It restores one Flow in a transaction."""
    monkeypatch.setattr(restored_deletions, "STEP_FLOWS", 1)
    world = BinWorld(platform)
    world.keep_for(7 * DAY)
    return world


@pytest.mark.parametrize("collector_first", [True, False])
def test_members_are_in_their_collections_again(world: BinWorld, collector_first: bool) -> None:
    source_id, ids = str(uuid4()), sorted(str(uuid4()) for _ in range(4))
    collector, *members = ids if collector_first else ids[::-1]
    for each in ids:
        world.flow(id=each, source_id=source_id)
    world.collect(collector, *members)
    world.delete_source(source_id, DeletionOptions(cascade=True))
    (deletion_id,) = {each.deletion_id for each in world.bin(source_id=source_id)}

    restored = world.restore_deletion(deletion_id)

    assert sorted(restored.flow_ids) == ids
    assert (restored.left_out, restored.entries_left) == ((), None)
    found = world.read(lambda it: it.collections.members([collector]))
    assert [each.id for each in found[collector]] == members


def test_a_member_that_stays_deleted_is_told(world: BinWorld) -> None:
    source_id, member = str(uuid4()), world.flow()
    collector = world.flow(source_id=source_id)
    world.collect(collector, member)
    world.delete_source(source_id, DeletionOptions(cascade=True))
    (deletion_id,) = {each.deletion_id for each in world.bin(source_id=source_id)}
    world.delete_flow(member)

    assert world.restore_deletion(deletion_id).left_out == (f"member {member}",)
