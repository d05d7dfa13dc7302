"""What each caller may ask of the bin, and learn from it."""

from uuid import uuid4

import pytest

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tams.services.deletion.disposal import DeletionOptions
from tams.services.recycle_bin.recycle_bin import RecycleBinService
from tests.unit.services.binned import HARD, BinWorld
from tests.unit.services.world import holding, of


def test_without_a_bin_soft_delete_is_refused(world: BinWorld) -> None:
    world.keep_for(0)
    flow_id = world.flow()

    with pytest.raises(InvalidRequestError, match=r"soft_delete.*KEPT_SECONDS is 0"):
        world.delete_flow(flow_id, DeletionOptions(soft_delete=True))
    world.delete_flow(flow_id, HARD)
    assert world.bin_of(flow_id) == []


def test_a_known_caller_cannot_act_in_anothers_name(world: BinWorld) -> None:
    flow_id = world.flow(tags=of("news"))
    alice = BinWorld(world.platform, holding(read="news", write="news", delete="news"))

    with pytest.raises(InvalidRequestError, match="deleted_by"):
        alice.delete_flow(flow_id, DeletionOptions(deleted_by="bob"))

    world.delete_flow(flow_id, DeletionOptions(deleted_by="bob"))
    assert world.bin_of(flow_id)[0].deleted_by == "bob"


def test_nothing_is_told_to_who_may_not_read_it(world: BinWorld) -> None:
    flow_id = world.flow(tags=of("news"))
    world.segments(flow_id, 1)
    world.delete_segments(flow_id, "_")
    world.delete_flow(flow_id)
    entries = world.bin_of(flow_id)
    assert len(entries) == 2
    bob = BinWorld(world.platform, holding(read="sport", write="sport", delete="sport"))

    assert bob.bin_of(flow_id) == []
    for entry in entries:
        with pytest.raises(NotFoundError):
            bob.restore.entry(entry.id)
        with pytest.raises(NotFoundError):
            RecycleBinService.of(bob.platform, bob.caller).get(entry.id)
        with pytest.raises(NotFoundError):
            RecycleBinService.of(bob.platform, bob.caller).purge(entry.id)
    with pytest.raises(NotFoundError):
        bob.restore.flow(flow_id)
    reader = BinWorld(world.platform, holding(read="news"))
    assert len(reader.bin_of(flow_id)) == 2
    with pytest.raises(ForbiddenError):
        reader.restore.flow(flow_id)


def test_a_cascade_names_no_flow_that_the_caller_may_not_know_of(world: BinWorld) -> None:
    source_id = str(uuid4())
    world.flow(source_id=source_id, tags=of("news"))
    hidden = world.flow(source_id=source_id, tags=of("sport"))
    alice = BinWorld(world.platform, holding(read="news", write="news", delete="news"))

    with pytest.raises(ForbiddenError, match="all Flows of this Source") as refused:
        alice.delete_source(source_id, DeletionOptions(cascade=True))

    assert hidden not in str(refused.value)
    assert world.stored(hidden)


def test_a_restore_of_a_source_names_no_flow_that_the_caller_may_not_know_of(
    world: BinWorld,
) -> None:
    source_id = str(uuid4())
    world.flow(source_id=source_id, tags=of("news"))
    hidden = world.flow(source_id=source_id, tags=of("sport"))
    world.delete_source(source_id, DeletionOptions(cascade=True))
    alice = BinWorld(world.platform, holding(read="news", write="news", delete="news"))

    with pytest.raises(ForbiddenError, match="restore all Flows of this Source") as refused:
        alice.restore.source(source_id)

    assert hidden not in str(refused.value)
    assert len(world.bin(source_id=source_id)) == 3
