"""Sources are deleted and restored with their Flows."""

from uuid import uuid4

import pytest

from tams.errors import ConflictError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.queries import SourceQuery
from tams.services.deletion.disposal import DeletionOptions
from tams.services.flows.sources import SourceService
from tests.unit.services.binned import BinWorld
from tests.unit.services.recycle_bin.documents import flow_document, source_document


def test_a_source_goes_with_its_flows_and_comes_back_with_them(world: BinWorld) -> None:
    source_id = str(uuid4())
    flows = [world.flow(source_id=source_id) for _ in range(3)]
    world.segments(flows[0], 2)
    world.collect(flows[0], flows[1])
    before = source_document(world, source_id)
    with pytest.raises(ConflictError, match="has Flows"):
        world.delete_source(source_id)

    world.delete_source(source_id, DeletionOptions(cascade=True))

    assert SourceService.of(world.platform, EVERYONE).list_(SourceQuery(label="none")).items == ()
    assert len({each.deletion_id for each in world.bin(source_id=source_id)}) == 1
    assert len(world.bin(source_id=source_id)) == 4
    restored = world.restore.source(source_id)
    assert sorted(restored.flow_ids) == sorted(flows)
    assert restored.segment_count == 2
    now = source_document(world, source_id)
    assert {**now, "updated": None} == {**before, "updated": None}
    assert len(world.listed(flows[0])) == 2
    assert flow_document(world, flows[1])["collected_by"] == [flows[0]]
    assert world.bin(source_id=source_id) == []


def test_what_was_deleted_before_does_not_come_back_with_the_source(world: BinWorld) -> None:
    source_id = str(uuid4())
    early, late = world.flow(source_id=source_id), world.flow(source_id=source_id)
    world.delete_flow(early)
    world.delete_source(source_id, DeletionOptions(cascade=True))

    world.restore.source(source_id)

    assert source_document(world, source_id)["id"] == source_id
    assert world.stored(late)
    with pytest.raises(NotFoundError):
        world.stored(early)
    world.restore.flow(early)
    assert world.stored(early)


def test_a_flow_whose_source_has_another_format_now_stays_in_the_bin(world: BinWorld) -> None:
    source_id = str(uuid4())
    flow_id = world.flow(source_id=source_id)
    world.delete_flow(flow_id)
    world.flow(
        source_id=source_id,
        format="urn:x-nmos:format:multi",
        codec=None,
        container=None,
        essence_parameters=None,
    )

    with pytest.raises(ConflictError, match="format"):
        world.restore.flow(flow_id)
    assert len(world.bin_of(flow_id)) == 1


def test_without_cascade_what_is_needed_stays(world: BinWorld) -> None:
    flow_id, parent = world.flow(), world.flow()
    world.segments(flow_id, 2)
    world.collect(parent, flow_id)
    only = DeletionOptions(cascade=False)

    with pytest.raises(ConflictError, match=f"has 2 Segments and is collected by Flow '{parent}'"):
        world.delete_flow(flow_id, only)
    world.delete_segments(flow_id, "_")
    world.delete_flow(parent, DeletionOptions(cascade=True))
    world.delete_flow(flow_id, only)
    assert len(world.bin_of(flow_id)) == 2
