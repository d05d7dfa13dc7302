"""Flows, Sources and Objects that are created by POST: extensions beside what the specification has."""

from typing import Any
from uuid import uuid4

import pytest

from tams.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.flow import Flow, parse_flow_put
from tams.models.source import Source, SourcePost, SourcePut
from tams.models.stored import StoredSource
from tams.repositories.rows import source_from_row, source_row
from tams.services.deletion.deletion import DeletionService
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.sources import SourceDeletionService
from tams.services.flows.flows import FlowService
from tams.services.flows.kept_sources import KeptSourceService
from tams.services.flows.properties import FlowPropertyService
from tams.services.flows.source_properties import SourcePropertyService
from tams.services.flows.sources import SourceService
from tests.builders import a_video_flow_body
from tests.unit.services.world import World, holding, of

VIDEO = "urn:x-nmos:format:video"


def new_flow(world: World, **fields: Any) -> Flow:
    body = a_video_flow_body(**{"id": str(uuid4()), "source_id": str(uuid4()), **fields})
    return FlowService.of(world.platform, world.caller).create(parse_flow_put(body))


def new_source(world: World, **fields: Any) -> Source:
    post = SourcePost.from_body({"id": str(uuid4()), "format": VIDEO, **fields})
    return KeptSourceService.of(world.platform, world.caller).create(post)


def stored_source(world: World, source_id: str) -> StoredSource | None:
    return world.read(lambda it: it.sources.find(source_id))


def delete_source(world: World, source_id: str) -> None:
    SourceDeletionService.of(world.platform, world.caller).delete(source_id, DeletionOptions())


def delete_flow(world: World, flow_id: str) -> None:
    DeletionService.of(world.platform, EVERYONE).delete_flow(flow_id)


def test_a_flow_is_created_as_by_put_but_never_replaced(world: World) -> None:
    flow = new_flow(world, label="one")

    with pytest.raises(ConflictError, match="already exists"):
        new_flow(world, id=flow.id, label="two")

    assert world.stored(flow.id).flow.label == "one"
    assert world.event_types(flow.id) == ["flows/created"]
    assert world.event_types(source_ids=[flow.source_id]) == ["sources/created", "flows/created"]


def test_a_taken_id_is_taken_for_those_who_may_not_see_it_too(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    stranger = world.as_(holding(read="sport", write="sport"))

    with pytest.raises(ConflictError):
        new_flow(stranger, id=flow_id)
    with pytest.raises(ConflictError):
        new_source(stranger, id=world.stored(flow_id).flow.source_id)


def test_a_source_that_is_created_by_itself_stays_when_its_last_flow_goes(world: World) -> None:
    source = new_source(world, label="camera", tags={"a": "b"})
    assert SourceService.of(world.platform, EVERYONE).get(source.id).label == "camera"

    flow = new_flow(world, source_id=source.id, label="not the Source's")
    delete_flow(world, flow.id)

    left = stored_source(world, source.id)
    assert left is not None
    assert (left.flow_count, left.is_kept, left.source.label) == (0, True, "camera")
    assert world.event_types(source_ids=[source.id]) == [
        "sources/created",
        "flows/created",
        "flows/deleted",
    ]


def test_it_stays_when_its_last_flow_moves_to_another_source(world: World) -> None:
    source, flows = new_source(world), FlowService.of(world.platform, EVERYONE)
    flow = new_flow(world, source_id=source.id)
    moved = a_video_flow_body(id=flow.id, source_id=str(uuid4()))

    flows.put(flow.id, parse_flow_put(moved))
    left = stored_source(world, source.id)
    assert left is not None
    assert left.flow_count == 0

    flows.put(flow.id, parse_flow_put({**moved, "source_id": source.id}))
    assert stored_source(world, moved["source_id"]) is None, "that one goes with its last Flow"
    back = stored_source(world, source.id)
    assert back is not None
    assert back.flow_count == 1


def test_a_source_has_one_format_with_or_without_flows(world: World) -> None:
    source = new_source(world, format="urn:x-nmos:format:audio")

    with pytest.raises(InvalidRequestError, match="has the format urn:x-nmos:format:audio"):
        new_flow(world, source_id=source.id)


def test_a_source_is_created_once(world: World) -> None:
    of_a_flow = world.stored(world.flow()).flow.source_id
    by_itself = new_source(world).id

    for source_id in (of_a_flow, by_itself):
        with pytest.raises(ConflictError, match="already exists"):
            new_source(world, id=source_id)


def test_a_source_can_be_deleted_once_it_has_no_flows(world: World) -> None:
    source = new_source(world)
    flow = new_flow(world, source_id=source.id)

    with pytest.raises(ConflictError, match=r"has Flow .*cascade=true"):
        delete_source(world, source.id)
    delete_flow(world, flow.id)
    delete_source(world, source.id)

    with pytest.raises(NotFoundError):
        delete_source(world, source.id)
    again = new_source(world, id=source.id)
    assert source.created is not None
    assert again.created is not None
    assert again.created > source.created, "so that its events come after those of the first"
    assert world.event_types(source_ids=[source.id])[-2:] == ["sources/deleted", "sources/created"]


def test_a_source_belongs_to_the_classes_of_its_creator(world: World) -> None:
    news = world.as_(holding(read="news", write="news", delete="news"))
    both = world.as_(holding(read="news sport", write="news sport"))

    assert new_source(news).tags == {"auth_classes": ["news"]}
    with pytest.raises(InvalidRequestError, match="must name at least one"):
        new_source(both)
    with pytest.raises(ForbiddenError):
        new_source(news, tags=of("sport"))


def test_only_who_may_delete_a_source_deletes_it(world: World) -> None:
    source = new_source(world, tags=of("news"))

    with pytest.raises(ForbiddenError):
        delete_source(world.as_(holding(read="news", write="news")), source.id)
    with pytest.raises(NotFoundError):
        delete_source(world.as_(holding(delete="sport")), source.id)
    delete_source(world.as_(holding(delete="news")), source.id)


def replace_source(world: World, source_id: str, **fields: Any) -> None:
    service = SourcePropertyService.of(world.platform, world.caller)
    service.replace(source_id, SourcePut.from_body(fields))


def test_a_sources_properties_are_replaced_together(world: World) -> None:
    source = new_source(world, label="a", description="b", tags={"c": "d"})

    replace_source(world, source.id, label="new", tags={"e": ["f"]})

    after = SourceService.of(world.platform, EVERYONE).get(source.id)
    assert (after.label, after.description, after.tags) == ("new", None, {"e": ["f"]})
    assert world.event_types(source_ids=[source.id]) == ["sources/created", "sources/updated"]
    replace_source(world, source.id, id=source.id, format=VIDEO)
    for wrong in ({"id": str(uuid4())}, {"format": "urn:x-nmos:format:audio"}):
        with pytest.raises(InvalidRequestError, match="cannot change"):
            replace_source(world, source.id, **wrong)


def test_replacing_a_source_never_takes_it_out_of_its_classes(world: World) -> None:
    source = new_source(world, tags={"a": "b", **of("news")})
    news = world.as_(holding(read="news", write="news"))

    replace_source(news, source.id)

    after = stored_source(world, source.id)
    assert after is not None
    assert after.source.tags == of("news")
    with pytest.raises(ForbiddenError):
        replace_source(news, source.id, tags=of("sport"))


def test_tags_are_replaced_as_a_whole(world: World) -> None:
    flow_id = world.flow(tags={"a": "1", **of("news")})
    source_id = world.stored(flow_id).flow.source_id
    news = world.as_(holding(read="news", write="news"))

    FlowPropertyService.of(world.platform, EVERYONE).set_tags(flow_id, {"b": "2", **of("news")})
    SourcePropertyService.of(world.platform, EVERYONE).set_tags(source_id, of("news"))
    FlowPropertyService.of(news.platform, news.caller).set_tags(flow_id, {"c": "3"})
    SourcePropertyService.of(news.platform, news.caller).set_tags(source_id, {"d": ["4"]})

    assert world.stored(flow_id).flow.tags == {"c": "3", **of("news")}
    after = stored_source(world, source_id)
    assert after is not None
    assert after.source.tags == {"d": ["4"], **of("news")}
    with pytest.raises(ForbiddenError):
        FlowPropertyService.of(news.platform, news.caller).set_tags(flow_id, of("sport"))


def test_a_source_of_an_earlier_release_goes_with_its_last_flow(world: World) -> None:
    """Its row has no mark: the column came later."""
    row = source_row(StoredSource(new_source(world), flow_count=1)) | {"kept": None}

    assert source_from_row(row).goes_with_next_flow
