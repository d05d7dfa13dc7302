"""Deleted Flows return to their collections."""

import pytest

from tests.unit.services.binned import BinWorld
from tests.unit.services.recycle_bin.documents import (
    flow_document,
    restore_together,
    source_document,
)


def test_collections_come_back_both_ways(world: BinWorld) -> None:
    first, second, third = world.flow(), world.flow(), world.flow()
    parent = world.flow()
    world.collect(parent, first, second, third)
    world.collect(second, first)
    before = {each: flow_document(world, each) for each in (parent, second, first)}
    world.delete_flow(second)
    assert [it["id"] for it in flow_document(world, parent)["flow_collection"]] == [first, third]
    assert flow_document(world, first)["collected_by"] == [parent]

    world.restore.flow(second)

    for each in (parent, second, first):
        now = flow_document(world, each)
        for name in ("flow_collection", "collected_by"):
            assert now.get(name) == before[each].get(name)
    assert world.event_types(parent)[-1] == "flows/updated"


def test_a_collection_that_is_gone_is_left_out_and_said_to_be(world: BinWorld) -> None:
    member, parent = world.flow(), world.flow()
    world.collect(parent, member)
    world.delete_flow(member)
    world.delete_flow(parent)

    restored = world.restore.flow(member)

    assert restored.left_out == (f"collection {parent}",)
    restored = world.restore.flow(parent)
    assert "flow_collection" not in flow_document(world, parent), "it had none when it was deleted"


@pytest.mark.parametrize("collection_first", [True, False])
@pytest.mark.parametrize("collection_goes_first", [True, False])
def test_a_batch_restores_collections_in_any_order(
    world: BinWorld, *, collection_goes_first: bool, collection_first: bool
) -> None:
    before, member, after = world.flow(), world.flow(), world.flow()
    parent = world.flow()
    world.collect(parent, before, member, after)
    shown = {each: flow_document(world, each) for each in (parent, member)}
    for flow_id in (parent, member) if collection_goes_first else (member, parent):
        world.delete_flow(flow_id)
    ids = {each: world.bin_of(each)[0].id for each in (parent, member)}
    order = (parent, member) if collection_first else (member, parent)

    restore_together(world, *(ids[each] for each in order))

    for each, name in ((parent, "flow_collection"), (member, "collected_by")):
        assert flow_document(world, each)[name] == shown[each][name]
    source = source_document(world, shown[parent]["source_id"])
    assert len(source["source_collection"]) == 3


def test_two_members_of_a_collection_come_back_in_a_batch_after_it(world: BinWorld) -> None:
    members = [world.flow() for _ in range(3)]
    parent = world.flow()
    world.collect(parent, *members)
    shown = flow_document(world, parent)["flow_collection"]
    for flow_id in (parent, *members):
        world.delete_flow(flow_id)
    entries = [world.bin_of(each)[0].id for each in (parent, members[1], members[0])]

    restore_together(world, *entries)

    assert flow_document(world, parent)["flow_collection"] == shown[:2]
    assert world.restore.flow(members[2]).left_out == (), "its entry knows of no collection"
