"""Tags of the Segments that a timerange covers, changed in one transaction (an extension)."""

from dataclasses import replace
from typing import Any

import pytest

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.segment_tags import SEGMENT_TAGS_BYTES_MAX
from tams.services.deletion.deletion import DeletionService
from tams.services.flows.properties import FlowPropertyService
from tams.services.flows.segment_tags import SegmentTagService
from tams.services.segments.segments import FlowSegmentService
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tests.unit.services.world import ALL_TIME, World, holding, of


def tagging(world: World, at_once: int = 2_000) -> SegmentTagService:
    return replace(SegmentTagService.of(world.platform, world.caller), at_once=at_once)


def parsed(text: str) -> TimeRange:
    return TimeRange.parse(text)


def tags_of(world: World, flow_id: str) -> list[Any]:
    """Those of each Segment that a client sees, in order."""
    service = FlowSegmentService.of(world.platform, EVERYONE)
    return [each.tags for each in service.list_(flow_id, PageRequest(ALL_TIME, 1_000)).segments]


def a_flow(world: World, count: int, **fields: Any) -> str:
    flow_id = world.flow(**fields)
    world.segments(flow_id, count)
    return flow_id


def test_tags_are_merged_replaced_and_removed(world: World) -> None:
    flow_id = a_flow(world, 2)

    first = tagging(world).merge(flow_id, ALL_TIME, {"a": "1", "b": ["2", "3"]})
    tagging(world).merge(flow_id, parsed("[0:0_1:0)"), {"a": "4", "c": ""})
    assert tags_of(world, flow_id) == [
        {"a": "4", "b": ["2", "3"], "c": ""},
        {"a": "1", "b": ["2", "3"]},
    ]
    assert (first.changed, str(first.timerange)) == (2, "[0:0_2:0)")

    tagging(world).remove(flow_id, ALL_TIME, ["b", "c", "unknown"])
    assert tags_of(world, flow_id) == [{"a": "4"}, {"a": "1"}]
    tagging(world).replace(flow_id, parsed("[1:0_2:0)"), {"d": []})
    assert tags_of(world, flow_id) == [{"a": "4"}, {"d": []}]
    tagging(world).remove(flow_id, parsed("[1:0_2:0)"))
    assert tags_of(world, flow_id) == [{"a": "4"}, None]
    tagging(world).replace(flow_id, ALL_TIME, {})
    assert tags_of(world, flow_id) == [None, None]


def test_only_segments_that_are_covered_completely_change(world: World) -> None:
    flow_id = a_flow(world, 4)

    told = tagging(world).merge(flow_id, parsed("[0:1_3:500000000)"), {"a": "1"})

    assert tags_of(world, flow_id) == [None, {"a": "1"}, {"a": "1"}, None]
    assert told.to_json() == {"changed": 2, "timerange": "[1:0_3:0)"}


def test_a_flow_of_many_segments_is_changed_piece_by_piece(world: World) -> None:
    flow_id = a_flow(world, 7)
    service = tagging(world, at_once=3)

    for start, piece in ((0, "[0:0_3:0)"), (3, "[3:0_6:0)")):
        with pytest.raises(InvalidRequestError, match="more than 3 Segments") as refused:
            service.merge(flow_id, parsed(f"[{start}:0_"), {"a": "1"})
        assert f"send a request for {piece} first" in str(refused.value)
        assert service.merge(flow_id, parsed(piece), {"a": "1"}).changed == 3
    assert service.merge(flow_id, parsed("[6:0_"), {"a": "1"}).changed == 1

    assert tags_of(world, flow_id) == [{"a": "1"}] * 7


def test_segments_that_are_only_touched_do_not_count_as_too_many(world: World) -> None:
    flow_id = a_flow(world, 5)

    told = tagging(world, at_once=3).merge(flow_id, parsed("[0:1_4:1)"), {"a": "1"})

    assert told.to_json() == {"changed": 3, "timerange": "[1:0_4:0)"}


def test_a_change_shows_on_the_flow_and_makes_no_version_of_its_metadata(world: World) -> None:
    flow_id, parent = a_flow(world, 1), world.flow()
    world.collect(parent, flow_id)
    before = world.stored(flow_id)

    tagging(world).merge(flow_id, ALL_TIME, {"a": "1"})

    after = world.stored(flow_id)
    assert after.flow.segments_updated is not None
    assert before.flow.segments_updated is not None
    assert after.flow.segments_updated > before.flow.segments_updated
    assert after.flow.metadata_updated == before.flow.metadata_updated
    assert after.flow.metadata_version == before.flow.metadata_version
    assert after.timeline == before.timeline
    last = world.events(flow_id)[-1]
    assert last["event_type"] == "flows/updated"
    assert last["event"]["flow"]["id"] == flow_id
    assert last["event"]["flow"]["collected_by"] == [parent]


def test_what_changes_nothing_is_not_announced(world: World) -> None:
    flow_id = a_flow(world, 2)
    tagging(world).merge(flow_id, ALL_TIME, {"a": "1"})
    before, told = world.stored(flow_id), world.event_types(flow_id)

    for again in (
        tagging(world).merge(flow_id, ALL_TIME, {"a": "1"}),
        tagging(world).merge(flow_id, ALL_TIME, {}),
        tagging(world).remove(flow_id, ALL_TIME, ["b"]),
        tagging(world).merge(flow_id, parsed("[5:0_9:0)"), {"b": "2"}),
        tagging(world).merge(flow_id, TimeRange.never(), {"b": "2"}),
    ):
        assert again.to_json() == {"changed": 0, "timerange": "()"}

    assert world.stored(flow_id) == before
    assert world.event_types(flow_id) == told


def test_a_read_only_flow_and_an_unknown_one_take_no_tags(world: World) -> None:
    flow_id = a_flow(world, 1)
    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(flow_id, True)

    with pytest.raises(ForbiddenError, match="read-only"):
        tagging(world).merge(flow_id, ALL_TIME, {"a": "1"})
    with pytest.raises(ForbiddenError, match="read-only"):
        tagging(world).remove(flow_id, ALL_TIME)
    with pytest.raises(NotFoundError, match="Flow"):
        tagging(world).merge("00000000-0000-4000-8000-00000000abcd", ALL_TIME, {"a": "1"})
    assert tags_of(world, flow_id) == [None]


def test_what_is_being_deleted_is_not_tagged(world: World) -> None:
    flow_id = a_flow(world, 4)
    deletion = replace(DeletionService.of(world.platform, EVERYONE), at_once=1)
    assert deletion.delete_segments(flow_id, parsed("[0:0_3:0)")) is not None

    told = tagging(world).merge(flow_id, ALL_TIME, {"a": "1"})

    assert told.to_json() == {"changed": 1, "timerange": "[3:0_4:0)"}
    whole = world.stored(flow_id).outline.whole
    there, _ = world.read(lambda it: reader_of(it, whole).page(PageRequest(ALL_TIME, 10)))
    assert [each.tags for each in there] == [None, None, None, {"a": "1"}]


def test_tags_that_a_segment_cannot_have_change_none(world: World) -> None:
    flow_id = a_flow(world, 2)
    half = "x" * (SEGMENT_TAGS_BYTES_MAX // 2)
    tagging(world).merge(flow_id, parsed("[1:0_2:0)"), {"a": half})

    with pytest.raises(InvalidRequestError, match=r"Segment \[1:0_2:0\): tags: .* must not exceed"):
        tagging(world).merge(flow_id, ALL_TIME, {"b": half})
    with pytest.raises(InvalidRequestError, match="auth_classes is not a tag of Segments"):
        tagging(world).replace(flow_id, ALL_TIME, {"auth_classes": ["news"]})

    assert tags_of(world, flow_id) == [None, {"a": half}]


def test_who_may_write_and_not_read_learns_nothing_of_the_timeline(world: World) -> None:
    flow_id = a_flow(world, 3, tags=of("news"))
    writer = world.as_(holding(write="news"))
    half = "x" * (SEGMENT_TAGS_BYTES_MAX // 2)

    assert tagging(writer).merge(flow_id, ALL_TIME, {"a": half}).to_json() == {}
    with pytest.raises(InvalidRequestError, match="more than 2 Segments") as too_many:
        tagging(writer, at_once=2).merge(flow_id, ALL_TIME, {"b": "2"})
    with pytest.raises(InvalidRequestError, match="a Segment: tags") as too_large:
        tagging(writer).merge(flow_id, ALL_TIME, {"b": half})

    assert not [it for it in (too_many, too_large) if "_" in str(it.value)]
    assert tags_of(world, flow_id) == [{"a": half}] * 3


def test_who_may_not_write_changes_nothing(world: World) -> None:
    flow_id = a_flow(world, 1, tags=of("news"))

    with pytest.raises(ForbiddenError, match="modify"):
        tagging(world.as_(holding(read="news"))).merge(flow_id, ALL_TIME, {"a": "1"})
    with pytest.raises(NotFoundError):
        tagging(world.as_(holding(write="sport"))).remove(flow_id, ALL_TIME)
    assert tags_of(world, flow_id) == [None]


def test_new_urls_of_an_object_leave_the_tags_alone(world: World) -> None:
    flow_id = a_flow(world, 1)
    other = world.flow()
    (object_id,) = [
        each.object_id
        for each in FlowSegmentService.of(world.platform, EVERYONE)
        .list_(flow_id, PageRequest(ALL_TIME, 1))
        .segments
    ]
    tagging(world).merge(flow_id, ALL_TIME, {"a": "1"})
    url = {"url": "https://cdn.example.com/x", "label": "cdn"}

    post = {"object_id": object_id, "timerange": "[0:0_1:0)", "get_urls": [url]}
    assert world.register(other, post) == []

    assert tags_of(world, flow_id) == [{"a": "1"}]
    assert tags_of(world, other) == [None], "tags belong to a Segment, not to its Object"
