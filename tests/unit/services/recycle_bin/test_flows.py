"""Deleted Flows are hidden everywhere, and come back as they were."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from tams.errors import ConflictError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.queries import FlowQuery, FlowSort
from tams.services.recycle_bin.with_deleted import IncludeDeleted, WithDeletedService
from tests.unit.services.binned import DAY, HARD, BinWorld
from tests.unit.services.recycle_bin.documents import (
    flow_document,
    is_shown,
    source_document,
)
from tests.unit.services.world import holding, of


def test_a_deleted_flow_is_hidden_with_all_it_has(world: BinWorld) -> None:
    flow_id = world.flow()
    source_id = world.stored(flow_id).flow.source_id
    objects = world.segments(flow_id, 3)

    world.delete_flow(flow_id)

    assert world.listed(flow_id) == []
    assert not any(is_shown(world, each) for each in objects)
    for kind, get in (("Flow", flow_document), ("Source", source_document)):
        with pytest.raises(NotFoundError, match=kind):
            get(world, flow_id if kind == "Flow" else source_id)
    assert world.platform.noted.object_cleanup.sent == [], "the bytes are kept"
    assert world.platform.noted.deletions.sent == [], "however many there are"
    assert world.event_types(flow_id)[-1] == "flows/deleted"
    assert world.event_types(source_ids=[source_id])[-1] == "sources/deleted"


def test_a_restored_flow_is_as_it_was(world: BinWorld) -> None:
    flow_id = world.flow(label="take 1", tags={"a": "1"})
    source_id = world.stored(flow_id).flow.source_id
    objects = world.segments(flow_id, 3)
    before, listed = flow_document(world, flow_id), world.listed(flow_id)
    world.delete_flow(flow_id)

    restored = world.restore.flow(flow_id)

    assert restored.flow_ids == (flow_id,)
    assert restored.segment_count == 3
    assert flow_document(world, flow_id) == before
    assert world.listed(flow_id) == listed
    assert all(is_shown(world, each) for each in objects)
    assert source_document(world, source_id)["label"] == "take 1"
    assert world.bin_of(flow_id) == []
    assert world.event_types(flow_id)[-2:] == ["flows/created", "flows/segments_added"]
    assert len(world.events(flow_id)[-1]["event"]["segments"]) == 3


def test_an_entry_says_what_when_by_whom_and_how_long(world: BinWorld) -> None:
    alice = world.as_(holding(read="news", write="news", delete="news"))
    flow_id = world.flow(label="take 1", tags=of("news"))
    world.segments(flow_id, 2)
    BinWorld(world.platform, alice.caller).delete_flow(flow_id)

    flow_entry, source_entry = sorted(
        world.bin(deleted_by="alice", source_id=world.bin_of(flow_id)[0].source_id),
        key=lambda each: each.kind,
    )

    assert flow_entry.kind == "flow"
    assert flow_entry.label == "take 1"
    assert (flow_entry.segment_count, str(flow_entry.timerange)) == (2, "[0:0_2:0)")
    assert flow_entry.deleted_by == "alice"
    assert (flow_entry.kept_until - flow_entry.deleted_at).total_seconds() == 7 * DAY
    assert source_entry.kind == "source"
    assert source_entry.deletion_id == flow_entry.deletion_id


def test_an_id_can_be_used_again_beside_the_deleted_flow(world: BinWorld) -> None:
    flow_id = world.flow(label="old")
    world.segments(flow_id, 2)
    world.delete_flow(flow_id)
    world.flow(id=flow_id, label="new")
    assert world.listed(flow_id) == []
    world.segments(flow_id, 1, first=1)

    with pytest.raises(ConflictError, match="exists again"):
        world.restore.flow(flow_id)
    assert world.listed(flow_id) == ["[1:0_2:0)"]

    world.delete_flow(flow_id)
    world.platform.time.pass_(seconds=1)
    assert world.restore.flow(flow_id).segment_count == 1, "the one deleted last"
    assert world.listed(flow_id) == ["[1:0_2:0)"]
    assert world.stored(flow_id).flow.label == "new"


def test_the_first_of_two_deleted_flows_of_one_id_is_restored_by_its_entry(world: BinWorld) -> None:
    flow_id = world.flow(label="old")
    world.segments(flow_id, 2)
    world.delete_flow(flow_id)
    world.flow(id=flow_id, label="new")
    world.platform.time.pass_(seconds=1)
    world.delete_flow(flow_id)
    new, old = world.bin_of(flow_id)

    world.restore.entry(old.id)

    assert world.stored(flow_id).flow.label == "old"
    assert world.listed(flow_id) == ["[0:0_1:0)", "[1:0_2:0)"]
    assert [each.id for each in world.bin_of(flow_id)] == [new.id]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("sort_by", list(FlowSort))
def test_each_deletion_of_an_id_is_listed_once(
    world: BinWorld, sort_by: FlowSort, *, reverse: bool
) -> None:
    """Also where nothing that the list is sorted by tells them apart."""
    source_id = str(uuid4())
    flow_id = world.flow(source_id=source_id, label="again")
    other_id = world.flow(source_id=source_id, label="again")
    for _ in range(3):
        world.delete_flow(flow_id)
        world.flow(id=flow_id, source_id=source_id, label="again")

    def pages(asked: IncludeDeleted, limit: int) -> Iterator[tuple[str, str | None]]:
        service = WithDeletedService.of(world.platform, EVERYONE, asked)
        query = FlowQuery(source_id=source_id, sort_by=sort_by, reverse=reverse, limit=limit)
        while True:
            page = service.flows(query)
            for shown in page.items:
                document = shown.to_json()
                yield document["id"], document.get("recycle_bin_entry")
            if page.next_key is None:
                return
            query = replace(query, page=page.next_key)

    deleted = sorted((flow_id, each.id) for each in world.bin_of(flow_id))
    assert len(deleted) == 3
    for limit in (1, 2, 10):
        assert sorted(pages(IncludeDeleted.ONLY, limit)) == deleted
        found = list(pages(IncludeDeleted.TRUE, limit))
        assert sorted(each for each in found if each[1]) == deleted
        assert sorted(each[0] for each in found if not each[1]) == sorted([flow_id, other_id])


def test_the_bin_is_emptied_after_its_time(world: BinWorld) -> None:
    flow_id, other = world.flow(), world.flow()
    objects = world.segments(flow_id, 3)
    world.segments(other, 3)
    world.delete_flow(flow_id)
    world.delete_segments(other, "[0:0_2:0)")
    world.purge()
    assert len(world.bin_of(flow_id)) == 1, "not yet"

    world.platform.time.pass_(days=7, seconds=1)
    assert world.bin_of(flow_id) == [], "even before it is purged"
    with pytest.raises(NotFoundError):
        world.restore.flow(flow_id)
    world.purge_until_empty()

    assert [world.object(each) for each in objects] == [None, None, None]
    assert world.listed(other) == ["[2:0_3:0)"]


def test_a_hard_deletion_keeps_nothing(world: BinWorld) -> None:
    flow_id = world.flow()
    objects = world.segments(flow_id, 2)

    world.delete_segments(flow_id, "[0:0_1:0)", HARD)
    world.delete_flow(flow_id, HARD)

    assert world.bin_of(flow_id) == []
    assert sorted(world.platform.noted.object_cleanup.bodies) == sorted(objects)
    with pytest.raises(NotFoundError):
        world.restore.flow(flow_id)
