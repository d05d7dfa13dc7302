"""flow_collection, and what follows from it for other Flows and for Sources (COL, EVT-18)."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from tams.errors import InvalidRequestError
from tams.models.caller import EVERYONE
from tams.models.collection import CollectionItem
from tams.models.queries import SourceQuery
from tams.ports import Repositories
from tams.repositories.changing import ChangingRows
from tams.repositories.tables import FLOWS
from tams.services.flows.collections import contradiction
from tams.services.flows.flows import FlowService
from tams.services.flows.sources import SourceService
from tams.vast.where import col
from tests.unit.services.world import World, holding, of


def items(*given: str) -> list[CollectionItem]:
    """`a`, or `a/role`."""
    parts = [each.partition("/") for each in given]
    return [
        CollectionItem(id=f"{ord(name):08x}-0000-4000-8000-000000000000", role=role or None)
        for name, _, role in parts
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "fault"),
    [
        (["a", "b"], ["a", "b"], None),
        (["a", "b"], ["c", "d"], None),
        (["a", "x", "b"], ["a", "b", "y"], None),
        (["a/L"], ["a"], None),
        (["a/L", "a/R"], ["a/R"], None),
        (["a", "b"], ["b", "a"], "another order"),
        (["a/L"], ["a/R"], "as 'R'"),
    ],
)
def test_collections_of_one_source_agree_on_what_both_have(
    ours: Sequence[str], theirs: Sequence[str], fault: str | None
) -> None:
    found = contradiction(items(*ours), items(*theirs))

    assert (found is None) if fault is None else (fault in (found or ""))


def test_flows_of_one_source_may_not_contradict_each_other(world: World) -> None:
    one = world.flow()
    other = world.flow(source_id=world.stored(one).flow.source_id)
    a, b = world.flow(), world.flow()
    world.collect(one, a, b)

    with pytest.raises(InvalidRequestError, match="another order"):
        world.collect(other, b, a)
    world.collect(other, b)


def test_members_and_sources_are_told_and_nobody_else(world: World) -> None:
    stays, goes, comes, parent = world.flow(), world.flow(), world.flow(), world.flow()
    world.collect(parent, stays, goes)
    before = {each: len(world.event_types(each)) for each in (stays, goes, comes)}

    world.collect(parent, stays, comes)

    told = {each: len(world.event_types(each)) - count for each, count in before.items()}
    assert told == {stays: 0, goes: 1, comes: 1}
    last = world.events(goes)[-1]
    assert "collected_by" not in last["event"]["flow"]
    sources = [world.stored(each).flow.source_id for each in (parent, comes)]
    for source_id in sources:
        assert world.event_types(source_ids=[source_id]).count("sources/updated") >= 1


def test_the_same_collection_again_tells_nobody_but_the_flow_itself(world: World) -> None:
    member, parent = world.flow(), world.flow()
    world.collect(parent, member)
    before = len(world.event_types(member))

    world.collect(parent, member)

    assert len(world.event_types(member)) == before


def test_an_event_of_a_member_comes_after_all_its_others(world: World) -> None:
    member, parent = world.flow(), world.flow()
    world.collect(parent, member)
    told_us = world.stored(member).told_us
    world.collect(parent)

    assert world.stored(member).told_us > told_us
    created = [each["event_timestamp"] for each in world.events(member)]
    assert created == sorted(created)


def test_members_that_a_caller_does_not_know_keep_their_places(world: World) -> None:
    both = of("news")
    parent, known = world.flow(tags=both), world.flow(tags=both)
    new, hidden = world.flow(tags=both), world.flow(tags=of("sport"))
    world.collect(parent, hidden, known)
    reader = world.as_(holding(read="news", write="news"))

    reader.collect(parent, new)

    flows = FlowService.of(world.platform, EVERYONE)
    whole = [each.id for each in flows.get(parent).flow_collection or ()]
    assert whole == [hidden, new]
    seen = FlowService.of(world.platform, reader.caller).get(parent)
    assert [each.id for each in seen.flow_collection or ()] == [new]
    assert flows.get(hidden).collected_by == (parent,)
    assert FlowService.of(world.platform, holding(read="sport")).get(hidden).collected_by is None


def test_a_contradiction_with_what_is_hidden_is_not_described(world: World) -> None:
    one = world.flow(tags=of("news"))
    other = world.flow(source_id=world.stored(one).flow.source_id, tags=of("sport"))
    a, b = world.flow(tags=of("news")), world.flow(tags=of("news"))
    world.collect(other, a, b)

    with pytest.raises(InvalidRequestError) as refused:
        world.as_(holding(read="news", write="news")).collect(one, b, a)
    assert other not in str(refused.value)


def test_sources_are_listed_by_what_collects_them(world: World) -> None:
    member, parent = world.flow(label="m"), world.flow(label="p")
    world.collect(parent, member)
    member_id, parent_id = (world.stored(each).flow.source_id for each in (member, parent))
    sources = SourceService.of(world.platform, EVERYONE)

    by_parent = SourceQuery(limit=1000, collected_by_ids=(parent_id,))
    by_none = SourceQuery(limit=1000, collected_by_ids=())

    assert [each.id for each in sources.list_(by_parent).items] == [member_id]
    free = {each.id for each in sources.list_(by_none).items}
    assert parent_id in free
    assert member_id not in free


def test_a_flow_is_known_to_be_unrelated_until_something_collects_it(world: World) -> None:
    parent, child = world.flow(), world.flow()
    assert world.stored(parent).is_unrelated
    world.segments(child, 2)
    assert world.stored(child).is_unrelated

    world.collect(parent, child)

    assert not world.stored(parent).is_unrelated
    assert not world.stored(child).is_unrelated
    world.segments(child, 2, first=2)
    assert not world.stored(child).is_unrelated


def test_a_row_that_another_release_wrote_since_says_nothing_about_relations(world: World) -> None:
    flow_id = world.flow()
    columns = ["id", "revision"]

    def write(repositories: Repositories) -> None:
        rows = ChangingRows(repositories._transaction, FLOWS)
        found = repositories._transaction.select(
            FLOWS, col["id"] == flow_id, columns, with_row_id=True
        )
        rows.track(found)
        rows.update([{"id": flow_id, "label": "by another release"}])

    world.write(write)

    assert not world.stored(flow_id).is_unrelated


def test_the_source_of_a_flow_that_collects_for_the_first_time_is_told(world: World) -> None:
    parent, child = world.flow(), world.flow()
    source_id = world.stored(parent).flow.source_id

    world.collect(parent, child)

    told = world.event_types(source_ids=[source_id])
    assert told.count("sources/updated") == 1


def test_a_flow_with_the_id_of_its_source_is_told_that_something_collects_it(world: World) -> None:
    """A Source's collections do not change here: Y, of the same Source, is collected already."""
    same = str(uuid4())
    x = world.flow(id=same, source_id=same)
    y = world.flow(source_id=same)
    p = world.flow()
    q = world.flow(source_id=world.stored(p).flow.source_id)
    world.collect(p, y)

    world.collect(q, y, x)

    flow = FlowService.of(world.platform, world.caller).get(x)
    assert flow.collected_by == (q,)
    assert world.event_types(x).count("flows/updated") == 1
