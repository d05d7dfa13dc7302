"""Deleted Segments come back, all or some of them."""

import pytest

from tams.errors import ConflictError, InvalidRequestError
from tests.unit.services.binned import DAY, BinWorld
from tests.unit.services.recycle_bin.documents import is_shown, restore_together


def test_segments_go_and_come_back(world: BinWorld) -> None:
    flow_id = world.flow()
    objects = world.segments(flow_id, 5)
    before = world.listed(flow_id)

    world.delete_segments(flow_id, "[1:0_3:0)")

    assert world.listed(flow_id) == [before[0], *before[3:]]
    assert [is_shown(world, each) for each in objects] == [True, False, False, True, True]
    assert world.spans(flow_id) == "[0:0_5:0)"
    assert world.platform.noted.object_cleanup.sent == []
    (entry,) = world.bin_of(flow_id)
    assert (entry.kind, entry.segment_count, str(entry.timerange)) == ("segments", 2, "[1:0_3:0)")

    restored = world.restore_segments(flow_id)

    assert (restored.segment_count, str(restored.timerange)) == (2, "[1:0_3:0)")
    assert world.listed(flow_id) == before
    assert all(is_shown(world, each) for each in objects)
    assert world.bin_of(flow_id) == []
    assert world.event_types(flow_id)[-2:] == ["flows/segments_deleted", "flows/segments_added"]


def test_a_part_of_what_was_deleted_can_be_restored(world: BinWorld) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 5)
    world.delete_segments(flow_id, "_")
    assert world.spans(flow_id) == "()"

    world.restore_segments(flow_id, "[1:0_3:500000000)")

    assert world.listed(flow_id) == ["[1:0_2:0)", "[2:0_3:0)"]
    assert world.spans(flow_id) == "[1:0_3:0)"
    (entry,) = world.bin_of(flow_id)
    assert (entry.segment_count, str(entry.timerange)) == (3, "[0:0_5:0)")
    world.restore_segments(flow_id)
    assert len(world.listed(flow_id)) == 5


def test_what_is_in_the_way_is_named(world: BinWorld) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 3)
    world.delete_segments(flow_id, "_")
    world.segments(flow_id, 1, first=1)

    with pytest.raises(ConflictError, match=r"\[1:0_2:0\).*partial=true"):
        world.restore_segments(flow_id)
    assert world.listed(flow_id) == ["[1:0_2:0)"]

    restored = world.restore_segments(flow_id, partial=True)

    assert restored.segment_count == 2
    assert restored.left_out == ("Segment [1:0_2:0)",)
    assert len(world.listed(flow_id)) == 3
    (entry,) = world.bin_of(flow_id)
    assert entry.segment_count == 1
    with pytest.raises(ConflictError, match="all of these Segments"):
        world.restore_segments(flow_id, partial=True)


def test_of_two_deletions_of_a_stretch_the_latest_comes_back(world: BinWorld) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 1)
    world.delete_segments(flow_id, "_")
    world.platform.time.pass_(seconds=1)
    (second,) = world.segments(flow_id, 1)
    world.delete_segments(flow_id, "_")

    world.restore_segments(flow_id, partial=True)

    assert is_shown(world, second)
    assert len(world.bin_of(flow_id)) == 1


def test_many_segments_are_moved_in_the_background(world: BinWorld) -> None:
    world.at_once = 2
    world.keep_for(DAY)
    flow_id = world.flow()
    world.segments(flow_id, 7)
    before = world.listed(flow_id)

    request_id = world.delete_segments(flow_id, "[0:0_6:0)")

    assert world.listed(flow_id) == ["[6:0_7:0)"]
    with pytest.raises(ConflictError, match="still being deleted"):
        world.restore_segments(flow_id, "[0:0_2:0)")
    world.work_off(request_id)
    (entry,) = world.bin_of(flow_id)
    assert (entry.id, entry.segment_count) == (request_id, 6)
    with pytest.raises(InvalidRequestError, match=r"begin with \[0:0_2:0\)"):
        world.restore_segments(flow_id, "[0:0_6:0)")
    for start in range(0, 6, 2):
        world.restore_segments(flow_id, f"[{start}:0_{start + 2}:0)")
    assert world.listed(flow_id) == before
    assert world.bin_of(flow_id) == []


def test_a_flow_deleted_amid_a_deletion_goes_on_with_it_when_restored(world: BinWorld) -> None:
    world.at_once = 2
    world.keep_for(DAY)
    flow_id = world.flow()
    world.segments(flow_id, 5)
    request_id = world.delete_segments(flow_id, "[0:0_4:0)")
    world.delete_flow(flow_id)
    world.work_off(request_id)  # finds no Flow, and ends
    world.platform.noted.deletions.sent.clear()

    world.restore.flow(flow_id)

    assert world.listed(flow_id) == ["[4:0_5:0)"]
    assert world.platform.noted.deletions.bodies == [request_id]
    world.work_off_all()
    assert world.listed(flow_id) == ["[4:0_5:0)"]
    assert not world.stored(flow_id).deleting
    (entry,) = world.bin_of(flow_id)
    assert entry.segment_count == 4


def test_a_batch_restores_no_more_segments_than_one_request(world: BinWorld) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 120)
    for part in ("[0:0_60:0)", "[60:0_100:0)", "[100:0_120:0)"):
        world.delete_segments(flow_id, part)
    fitting, other, more = sorted(world.bin_of(flow_id), key=lambda it: -(it.segment_count or 0))

    with pytest.raises(InvalidRequestError, match="would restore 120, and one transaction"):
        restore_together(world, fitting.id, other.id, more.id)
    assert world.listed(flow_id) == []
    restore_together(world, fitting.id, other.id)
    assert len(world.listed(flow_id)) == 100


def test_segments_come_back_with_their_tags(world: BinWorld) -> None:
    flow_id = world.flow()
    (object_id,) = world.allocate(flow_id)
    post = {"object_id": object_id, "timerange": "[0:0_1:0)", "tags": {"take": "1"}}
    assert world.register(flow_id, post) == []
    world.delete_segments(flow_id, "_")
    world.restore_segments(flow_id)

    (segment,) = world.events(flow_id)[-1]["event"]["segments"]
    assert segment["tags"] == {"take": "1"}
