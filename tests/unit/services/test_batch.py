"""Batches: all in one transaction, or each item in its own (an extension)."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import (
    BackendUnavailableError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from tams.models.batch import Outcome
from tams.models.caller import EVERYONE, Caller
from tams.models.flow import parse_flow_put
from tams.models.source import SourcePost
from tams.ports import Platform
from tams.services.batch.batch import BatchItem, BatchService
from tams.services.flows.flows import FlowService
from tams.services.flows.kept_sources import KeptSourceService
from tams.services.flows.properties import FlowPropertyService
from tests.builders import a_multi_flow_body, a_video_flow_body
from tests.unit.services.world import World, holding, of

VIDEO = "urn:x-nmos:format:video"


def flow_item(body: Callable[..., dict[str, Any]] = a_video_flow_body, **fields: Any) -> BatchItem:
    whole = body(**{"id": str(uuid4()), "source_id": str(uuid4()), **fields})
    put = parse_flow_put(whole)
    return BatchItem(put.common.id, lambda it, who: FlowService.of(it, who).create(put))


def source_item(**fields: Any) -> BatchItem:
    post = SourcePost.from_body({"id": str(uuid4()), "format": VIDEO, **fields})
    return BatchItem(post.id, lambda it, who: KeptSourceService.of(it, who).create(post))


def tags_item(flow_id: str, **tags: str) -> BatchItem:
    return BatchItem(
        flow_id, lambda it, who: FlowPropertyService.of(it, who).set_tags(flow_id, dict(tags))
    )


def broken_item() -> BatchItem:
    return BatchItem(None, lambda *_: None, fault=InvalidRequestError("label: must be a string"))


def batch(world: World) -> BatchService:
    return BatchService.of(world.platform, world.caller)


def kinds(outcomes: Sequence[Outcome]) -> list[str | None]:
    return [each.type if each else None for each in outcomes]


def is_there(world: World, flow_id: str | None) -> bool:
    assert flow_id is not None
    return world.read(lambda it: it.flows.find(flow_id)) is not None


def test_all_of_a_batch_is_one_transaction_whose_items_see_each_other(world: World) -> None:
    source_id = str(uuid4())
    members = [flow_item(source_id=source_id) for _ in range(3)]
    collector = flow_item(
        a_multi_flow_body, flow_collection=[{"id": each.id, "role": "v"} for each in members]
    )
    source = source_item(id=source_id, label="by itself")

    batch(world).do_all([source, *members, collector, tags_item(str(members[0].id), a="b")])

    stored = world.read(lambda it: it.sources.get(source_id))
    assert (stored.flow_count, stored.is_kept, stored.source.label) == (3, True, "by itself")
    assert world.stored(str(members[0].id)).flow.tags == {"a": "b"}
    flow = FlowService.of(world.platform, EVERYONE).get(str(collector.id))
    assert [each.id for each in flow.flow_collection or ()] == [each.id for each in members]
    types = world.event_types(source_ids=[source_id])
    assert types[:4] == ["sources/created", *["flows/created"] * 3]
    assert types.count("flows/updated") == 4, "three are collected, and one gets tags"


def test_one_item_that_fails_leaves_nothing_behind(world: World) -> None:
    taken, good = world.flow(), [flow_item() for _ in range(4)]

    with pytest.raises(ConflictError, match=rf"^items\[4\]: id: Flow '{taken}' already exists$"):
        batch(world).do_all([*good, flow_item(id=taken), flow_item()])

    assert not any(is_there(world, each.id) for each in good)
    assert world.event_types(*(str(each.id) for each in good)) == []
    assert world.platform.noted.events.bodies == ["events"], "of the Flow before"


def test_an_item_that_is_no_item_stops_it_before_any_work(world: World) -> None:
    worked = []
    item = BatchItem("a", lambda *_: worked.append(1))

    with pytest.raises(InvalidRequestError, match=r"^items\[1\]: label: must be a string$"):
        batch(world).do_all([item, broken_item()])

    assert worked == []


def test_an_id_that_comes_twice_conflicts_with_itself(world: World) -> None:
    twice = str(uuid4())

    with pytest.raises(ConflictError, match=r"^items\[2\]"):
        batch(world).do_all([flow_item(id=twice), flow_item(), flow_item(id=twice)])

    assert not is_there(world, twice)


def test_each_item_in_its_own_right_fails_alone(world: World) -> None:
    taken, good = world.flow(), flow_item()
    unknown = tags_item(str(uuid4()), a="b")

    outcomes = batch(world).do_each([good, flow_item(id=taken), broken_item(), unknown])

    assert kinds(outcomes) == [None, "Conflict", "InvalidRequest", "NotFound"]
    assert outcomes[1] is not None
    assert outcomes[1].summary == f"id: Flow '{taken}' already exists"
    assert is_there(world, good.id)
    assert world.event_types(str(good.id)) == ["flows/created"]


def test_a_caller_may_do_in_a_batch_what_they_may_do_one_by_one(world: World) -> None:
    theirs, mine = world.flow(tags=of("sport")), world.flow(tags=of("news"))
    news = world.as_(holding(read="news", write="news"))

    with pytest.raises(NotFoundError, match=r"^items\[1\]"):
        batch(news).do_all([tags_item(mine, a="b"), tags_item(theirs, a="b")])
    outcomes = batch(news).do_each([tags_item(mine, a="b"), tags_item(theirs, a="b"), flow_item()])

    assert kinds(outcomes) == [None, "NotFound", None]
    assert world.stored(mine).flow.tags == {"a": "b", **of("news")}
    assert world.stored(theirs).flow.tags == of("sport")


def test_a_store_that_does_not_answer_is_no_fault_of_an_item(world: World) -> None:
    def away(_: Platform, __: Caller) -> None:
        raise BackendUnavailableError("VAST did not answer")

    worked = []
    dead, good = BatchItem("d", away), flow_item()
    never = BatchItem("n", lambda *_: worked.append(1))

    for method in (batch(world).do_all, batch(world).do_each):
        with pytest.raises(BackendUnavailableError, match=r"^VAST did not answer$"):
            method([dead, good])
    outcomes = batch(world).do_each([good, dead, never])

    assert kinds(outcomes) == [None, "BackendUnavailable", "BackendUnavailable"]
    assert worked == []
    assert is_there(world, good.id)
