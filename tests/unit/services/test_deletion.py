"""Immediate deletion up to a number of Segments, and a deletion request beyond it (SEG-48…56, FLW-51…57)."""

from dataclasses import replace

import pytest

from tams.errors import ForbiddenError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.queries import SourceQuery
from tams.services.deletion.deletion import DeletionService
from tams.services.deletion.requests import DeletionRequestService
from tams.services.flows.flows import FlowService
from tams.services.flows.properties import FlowPropertyService
from tams.services.flows.sources import SourceService
from tams.timing import TimeRange
from tests.unit.services.world import ALL_TIME, World


def deletion(world: World, at_once: int) -> DeletionService:
    return replace(DeletionService.of(world.platform, world.caller), at_once=at_once)


def parsed(text: str) -> TimeRange:
    return TimeRange.parse(text)


def test_as_many_as_are_deleted_at_once_need_no_request(world: World) -> None:
    flow_id = world.flow()
    objects = world.segments(flow_id, 4)

    assert deletion(world, 4).delete_segments(flow_id, ALL_TIME) is None

    assert world.listed(flow_id) == []
    assert world.spans(flow_id) == "()"
    assert sorted(world.platform.noted.object_cleanup.bodies) == sorted(objects)
    assert world.platform.noted.deletions.sent == []


def test_one_more_becomes_a_request_and_is_gone_all_the_same(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 5)

    request = deletion(world, 4).delete_segments(flow_id, ALL_TIME)

    assert request is not None
    assert world.platform.noted.deletions.bodies == [request.id]
    assert world.listed(flow_id) == []
    assert world.spans(flow_id) == "()"
    assert world.platform.noted.object_cleanup.sent == [], "nothing is deleted yet"
    assert str(request.timerange_remaining) == "[0:0_5:0)"


def test_only_what_the_timerange_covers_goes(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 4)

    deletion(world, 10).delete_segments(flow_id, parsed("[0:500000000_3:500000000)"))

    assert world.listed(flow_id) == ["[0:0_1:0)", "[3:0_4:0)"]


def test_a_new_end_of_the_flow_is_looked_up_where_the_old_one_went(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 5)

    deletion(world, 10).delete_segments(flow_id, parsed("[0:0_2:0)"))
    assert world.spans(flow_id) == "[2:0_5:0)"
    deletion(world, 10).delete_segments(flow_id, parsed("[4:0_5:0)"))
    assert world.spans(flow_id) == "[2:0_4:0)"
    assert world.stored(flow_id).timeline.segment_count == 2


def test_segments_of_one_object_are_deleted_at_once_however_many(world: World) -> None:
    flow_id = world.flow()
    (shared,) = world.allocate(flow_id)
    posts = [
        {"object_id": shared, "timerange": f"[{at}:0_{at + 1}:0)", "ts_offset": f"{at}:0"}
        for at in range(4)
    ]
    assert world.register(flow_id, *posts) == []
    world.segments(flow_id, 1, first=10)

    assert deletion(world, 1).delete_segments(flow_id, ALL_TIME, shared) is None

    assert world.listed(flow_id) == ["[10:0_11:0)"]
    assert world.platform.noted.object_cleanup.bodies == [shared]


def test_an_object_lives_until_its_last_use_goes(world: World) -> None:
    one, other = world.flow(), world.flow()
    (shared,) = world.segments(one, 1)
    world.register(other, {"object_id": shared, "timerange": "[0:0_1:0)"})

    deletion(world, 10).delete_segments(one, ALL_TIME)
    assert world.platform.noted.object_cleanup.sent == []
    deletion(world, 10).delete_flow(other)
    assert world.platform.noted.object_cleanup.bodies == [shared]


def test_a_read_only_flow_keeps_all_it_has(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 1)
    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(flow_id, True)

    with pytest.raises(ForbiddenError, match="read-only"):
        deletion(world, 10).delete_segments(flow_id, ALL_TIME)
    with pytest.raises(ForbiddenError, match="read-only"):
        deletion(world, 10).delete_flow(flow_id)
    assert world.listed(flow_id) == ["[0:0_1:0)"]


def test_deleting_nothing_changes_nothing(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 1)
    before = world.stored(flow_id)

    assert deletion(world, 10).delete_segments(flow_id, parsed("[5:0_9:0)")) is None
    assert world.stored(flow_id) == before


def test_a_source_goes_with_its_last_flow(world: World) -> None:
    first = world.flow()
    source_id = world.stored(first).flow.source_id
    second = world.flow(source_id=source_id)
    sources = SourceService.of(world.platform, EVERYONE)

    deletion(world, 10).delete_flow(first)
    assert sources.get(source_id).id == source_id
    deletion(world, 10).delete_flow(second)
    with pytest.raises(NotFoundError):
        sources.get(source_id)
    assert source_id not in {each.id for each in sources.list_(SourceQuery(limit=1000)).items}


def test_a_large_flow_is_gone_before_its_segments_are(world: World) -> None:
    flow_id = world.flow()
    objects = world.segments(flow_id, 3)

    request = deletion(world, 2).delete_flow(flow_id)

    assert request is not None
    assert request.delete_flow
    with pytest.raises(NotFoundError):
        FlowService.of(world.platform, EVERYONE).get(flow_id)
    assert world.platform.noted.object_cleanup.sent == []
    DeletionRequestService.of(world.platform, EVERYONE).work_off(request.id)
    assert sorted(world.platform.noted.object_cleanup.bodies) == sorted(objects)


def test_deleting_a_member_makes_another_version_of_its_collectors(world: World) -> None:
    member, parent = world.flow(), world.flow()
    world.collect(parent, member)
    before = world.stored(parent).flow

    deletion(world, 10).delete_flow(member)

    after = FlowService.of(world.platform, EVERYONE).get(parent)
    assert after.flow_collection is None
    assert after.metadata_version != before.metadata_version
    assert world.event_types(parent)[-1] == "flows/updated"


def test_a_flow_that_is_deleted_takes_what_a_request_still_deletes(world: World) -> None:
    flow_id = world.flow()
    objects = world.segments(flow_id, 3)
    request = deletion(world, 1).delete_segments(flow_id, parsed("[0:0_2:0)"))
    assert request is not None

    assert deletion(world, 10).delete_flow(flow_id) is None

    assert sorted(world.platform.noted.object_cleanup.bodies) == sorted(objects)
    requests = DeletionRequestService.of(world.platform, EVERYONE)
    requests.work_off(request.id)
    assert requests.get(request.id).status == "done"
