"""Flows are created, replaced and read; their Sources come and go with them (FLW, SRC-2)."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.flow import parse_flow_put
from tams.models.queries import FlowQuery
from tams.services.deletion.deletion import DeletionService
from tams.services.deletion.requests import DeletionRequestService
from tams.services.flows.flows import FlowService
from tams.services.flows.properties import FlowPropertyService
from tams.services.flows.sources import SourceService
from tams.timing import TimeRange
from tests.builders import a_video_flow_body, an_audio_flow_body
from tests.unit.services.world import ALL_TIME, World, holding, of


def flows_of(world: World) -> FlowService:
    return FlowService.of(world.platform, world.caller)


def put(world: World, flow_id: str, **fields: Any) -> None:
    flow = world.stored(flow_id).flow
    body = a_video_flow_body(id=flow_id, **{"source_id": flow.source_id, **fields})
    flows_of(world).put(flow_id, parse_flow_put(body))


def test_the_id_of_the_body_is_that_of_the_path(world: World) -> None:
    with pytest.raises(InvalidRequestError, match="differs from the id in the path"):
        flows_of(world).put(str(uuid4()), parse_flow_put(a_video_flow_body()))


def test_a_flow_keeps_its_creation_and_gets_a_later_date_with_each_change(world: World) -> None:
    flow_id = world.flow()
    created = world.stored(flow_id).flow.created

    put(world, flow_id, label="new")  # the clock stands still
    first = world.stored(flow_id).flow
    put(world, flow_id, label="newer")
    second = world.stored(flow_id).flow

    assert first.created == second.created == created
    assert created is not None
    assert first.metadata_updated is not None
    assert second.metadata_updated is not None
    assert created < first.metadata_updated < second.metadata_updated
    assert len({world.stored(flow_id).flow.metadata_version, first.metadata_version}) == 2


def test_a_version_of_the_clients_own_is_kept_unless_it_is_the_old_one(world: World) -> None:
    flow_id = world.flow(metadata_version="mine")
    assert world.stored(flow_id).flow.metadata_version == "mine"

    put(world, flow_id, metadata_version="mine")
    assert world.stored(flow_id).flow.metadata_version != "mine"
    put(world, flow_id, metadata_version="next")
    assert world.stored(flow_id).flow.metadata_version == "next"


def test_a_flow_that_moves_takes_a_source_of_one_flow_with_it(world: World) -> None:
    flow_id = world.flow()
    old_id, new_id = world.stored(flow_id).flow.source_id, str(uuid4())
    sources = SourceService.of(world.platform, EVERYONE)

    put(world, flow_id, source_id=new_id)

    assert sources.get(new_id).id == new_id
    with pytest.raises(NotFoundError):
        sources.get(old_id)
    assert world.event_types(source_ids=[old_id])[-1] == "sources/deleted"
    assert world.event_types(source_ids=[new_id])[0] == "sources/created"


def test_collections_of_a_flow_that_moves_are_shown_by_its_new_source(world: World) -> None:
    member, parent = world.flow(), world.flow()
    world.collect(parent, member)
    new_id = str(uuid4())

    put(world, member, source_id=new_id)

    parent_source = world.stored(parent).flow.source_id
    shown = SourceService.of(world.platform, EVERYONE).get(parent_source)
    assert [each.id for each in shown.source_collection or ()] == [new_id]


def test_a_source_has_flows_of_one_format(world: World) -> None:
    source_id = world.stored(world.flow()).flow.source_id
    body = an_audio_flow_body(id=str(uuid4()), source_id=source_id)

    with pytest.raises(InvalidRequestError, match="has the format urn:x-nmos:format:video"):
        flows_of(world).put(body["id"], parse_flow_put(body))


def test_init_segments_are_settled_with_the_first_segment(world: World) -> None:
    flow_id = world.flow()
    put(
        world,
        flow_id,
        essence_parameters=a_video_flow_body(init_segments=True)["essence_parameters"],
    )
    put(world, flow_id)
    world.segments(flow_id, 1)

    with pytest.raises(InvalidRequestError, match="cannot change while the Flow has Segments"):
        put(
            world,
            flow_id,
            essence_parameters=a_video_flow_body(init_segments=True)["essence_parameters"],
        )


def test_an_id_is_free_again_before_the_last_segment_is_gone(world: World) -> None:
    flow_id = world.flow()
    old = world.segments(flow_id, 3)
    deletion = replace(DeletionService.of(world.platform, EVERYONE), at_once=1)
    request = deletion.delete_flow(flow_id)
    assert request is not None

    world.flow(id=flow_id)
    new = world.segments(flow_id, 2, first=1)
    DeletionRequestService.of(world.platform, EVERYONE).work_off(request.id)

    assert world.listed(flow_id) == ["[1:0_2:0)", "[2:0_3:0)"]
    assert sorted(world.platform.noted.object_cleanup.bodies) == sorted(old)
    assert all(world.object(each) for each in new)


def test_a_new_flow_is_later_than_all_that_had_its_id(world: World) -> None:
    flow_id = world.flow()
    DeletionService.of(world.platform, EVERYONE).delete_flow(flow_id)
    world.platform.time.pass_(days=-1)

    again = world.stored(world.flow(id=flow_id)).flow

    assert again.created is not None
    assert again.created > world.platform.time.now
    created = [each for each in world.event_types(flow_id) if each != "flows/updated"]
    assert created == ["flows/created", "flows/deleted", "flows/created"]


def test_a_read_only_flow_is_not_replaced(world: World) -> None:
    flow_id = world.flow()
    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(flow_id, True)

    with pytest.raises(ForbiddenError, match="read-only"):
        put(world, flow_id, label="new")


@pytest.mark.parametrize(
    ("timerange", "spanned"),
    [
        ("_", "[0:0_9:0)"),
        ("[0:0_9:0)", "[0:0_9:0)"),
        ("[1:0_2:0]", "[1:0_3:0)"),
        ("[3:0_5:0)", "()"),
        ("[2:999999999_6:0)", "[2:0_3:0)"),
        ("[2:999999999_6:0]", "[2:0_7:0)"),
    ],
)
def test_the_timerange_is_of_whole_segments_that_overlap(
    world: World, timerange: str, spanned: str
) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 3)
    world.segments(flow_id, 3, first=6)
    asked = ALL_TIME if timerange == "_" else TimeRange.parse(timerange)

    found = flows_of(world).get(flow_id, include_timerange=True, timerange=asked).timerange

    assert str(found) == spanned


def test_a_gap_over_the_timerange_does_not_match_a_listing(world: World) -> None:
    flow_id = world.flow(label=str(uuid4()))
    label = world.stored(flow_id).flow.label
    world.segments(flow_id, 1)
    world.segments(flow_id, 1, first=5)

    def found(timerange: str) -> list[str]:
        query = FlowQuery(label=label, timerange=TimeRange.parse(timerange))
        return [each.id for each in flows_of(world).list_(query).items]

    assert found("[0:0_1:0)") == found("[5:0_5:0]") == [flow_id]
    assert found("[1:0_5:0)") == found("[6:0_7:0)") == found("()") == []


def test_listings_show_what_the_caller_may_read(world: World) -> None:
    label = str(uuid4())
    news, sport = (
        world.flow(label=label, tags=of("news")),
        world.flow(label=label, tags=of("sport")),
    )
    world.collect(news, sport)

    def listed(held: str, **query: Any) -> list[str]:
        service = flows_of(world.as_(holding(read=held)))
        return sorted(it.id for it in service.list_(FlowQuery(label=label, **query)).items)

    assert listed("news") == [news]
    assert listed("news sport") == sorted([news, sport])
    assert listed("") == []
    assert listed("sport", collected_by_ids=()) == [sport], "its collector is not known"
    assert listed("news sport", collected_by_ids=()) == [news]
    assert listed("sport", collected_by_ids=(news,)) == []


def test_a_new_flow_inherits_the_classes_of_its_source(world: World) -> None:
    source_id = world.stored(world.flow(tags=of("news"))).flow.source_id

    made = world.as_(holding(write="news sport", read="news sport")).flow(source_id=source_id)

    assert world.stored(made).flow.tags == of("news")


def test_nobody_adds_a_flow_to_a_source_they_may_not_write(world: World) -> None:
    source_id = world.stored(world.flow(tags=of("news"))).flow.source_id

    with pytest.raises(NotFoundError, match="Source"):
        world.as_(holding(write="sport", read="sport")).flow(source_id=source_id)
    with pytest.raises(ForbiddenError):
        world.as_(holding(write="sport", read="sport news")).flow(source_id=source_id)
