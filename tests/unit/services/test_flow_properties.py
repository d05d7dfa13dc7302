"""Single properties of Flows and Sources, each change a version and an event (FLW-43…50, SRC-11…13, TAG)."""

from collections.abc import Callable
from functools import partial

import pytest

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE, Caller
from tams.services.flows.properties import FlowPropertyService, without
from tams.services.flows.source_properties import SourcePropertyService
from tests.unit.services.world import World, holding, of


def properties(world: World) -> FlowPropertyService:
    return FlowPropertyService.of(world.platform, world.caller)


def of_sources(world: World) -> SourcePropertyService:
    return SourcePropertyService.of(world.platform, world.caller)


def test_a_change_makes_a_version_a_date_and_an_event(world: World) -> None:
    flow_id = world.flow()
    before = world.stored(flow_id).flow
    alice = Caller("alice", frozenset(), None)

    properties(world.as_(alice)).set(flow_id, "label", "new")

    after = world.stored(flow_id).flow
    assert (after.label, after.updated_by) == ("new", "alice")
    assert after.metadata_version != before.metadata_version
    assert after.metadata_updated is not None
    assert before.metadata_updated is not None
    assert after.metadata_updated > before.metadata_updated
    assert world.event_types(flow_id) == ["flows/created", "flows/updated"]
    properties(world).set(flow_id, "label", None)
    last = world.stored(flow_id).flow
    assert (last.label, last.updated_by) == (None, "alice"), "nobody known by name"


def test_a_read_only_flow_can_only_be_made_writable(world: World) -> None:
    flow_id = world.flow()
    properties(world).set_read_only(flow_id, True)

    with pytest.raises(ForbiddenError):
        properties(world).set(flow_id, "label", "x")
    with pytest.raises(ForbiddenError):
        properties(world).set_tag(flow_id, "a", "b")
    properties(world).set_read_only(flow_id, True)
    properties(world).set_read_only(flow_id, False)
    properties(world).set_tag(flow_id, "a", "b")

    assert world.stored(flow_id).flow.tags == {"a": "b"}


def test_tags_come_and_go_one_by_one(world: World) -> None:
    flow_id = world.flow(tags={"a": "1"})

    properties(world).set_tag(flow_id, "b", ["2", "3"])
    properties(world).remove_tag(flow_id, "a")

    assert world.stored(flow_id).flow.tags == {"b": ["2", "3"]}
    with pytest.raises(NotFoundError, match="Tag"):
        properties(world).remove_tag(flow_id, "a")
    with pytest.raises(NotFoundError):
        without(None, "a")


def test_the_tag_of_classes_is_no_way_round_a_move(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    source_id = world.stored(flow_id).flow.source_id
    writer = world.as_(holding(read="news", write="news"))

    changes: list[Callable[[], None]] = [
        partial(properties(writer).set_tag, flow_id, "auth_classes", ["news", "mine"]),
        partial(properties(writer).remove_tag, flow_id, "auth_classes"),
        partial(of_sources(writer).remove_tag, source_id, "auth_classes"),
    ]
    for change in changes:
        with pytest.raises(ForbiddenError, match="to change auth_classes, you must"):
            change()
    assert world.stored(flow_id).flow.tags == of("news")


def test_a_flow_does_not_collect_itself_or_what_is_not_there(world: World) -> None:
    flow_id, hidden = world.flow(tags=of("news")), world.flow(tags=of("sport"))

    with pytest.raises(InvalidRequestError):
        world.collect(flow_id, flow_id)
    with pytest.raises(InvalidRequestError, match="does not exist"):
        world.collect(flow_id, "3b241101-e2bb-4255-8caf-4136c566a999")
    with pytest.raises(InvalidRequestError, match="does not exist"):
        world.as_(holding(read="news", write="news")).collect(flow_id, hidden)


def test_a_source_is_dated_after_its_last_change_whatever_the_clock_says(world: World) -> None:
    source_id = world.stored(world.flow()).flow.source_id
    before = of_sources(world).get(source_id).updated
    world.platform.time.pass_(days=-1)

    of_sources(world).set(source_id, "label", "new")

    after = of_sources(world).get(source_id)
    assert after.label == "new"
    assert after.updated is not None
    assert before is not None
    assert after.updated > before
    assert world.event_types(source_ids=[source_id])[-1] == "sources/updated"


def test_tags_of_a_source_are_its_own(world: World) -> None:
    flow_id = world.flow()
    source_id = world.stored(flow_id).flow.source_id

    of_sources(world).set_tag(source_id, "a", "1")

    assert of_sources(world).get(source_id).tags == {"a": "1"}
    assert not world.stored(flow_id).flow.tags
    of_sources(world).remove_tag(source_id, "a")
    with pytest.raises(NotFoundError, match="Tag"):
        of_sources(world).remove_tag(source_id, "a")


def test_a_property_of_what_is_out_of_reach_is_not_there(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    source_id = world.stored(flow_id).flow.source_id
    other = world.as_(holding(read="sport", write="sport"))

    with pytest.raises(NotFoundError):
        properties(other).get(flow_id)
    with pytest.raises(NotFoundError):
        of_sources(other).set(source_id, "label", "x")
    with pytest.raises(ForbiddenError):
        of_sources(world.as_(holding(read="news"))).set(source_id, "label", "x")
    assert FlowPropertyService.of(world.platform, EVERYONE).get(flow_id).label is None
