"""What requests about collections cost in requests to VAST, beside those of the specification."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from tams.models.caller import EVERYONE
from tams.models.collection_resource import CollectionPatch, MemberPost
from tams.models.flow import parse_flow_put
from tams.models.property_values import parse_flow_collection
from tams.models.queries import (
    CollectionQuery,
    FlowQuery,
    Query,
    SourceCollectionQuery,
    SourceQuery,
)
from tams.services.deletion.collections import CollectionDeletionService
from tams.services.deletion.deletion import DeletionService
from tams.services.flows.collection_members import CollectionMemberService
from tams.services.flows.flows import FlowService
from tams.services.flows.properties import FlowPropertyService
from tams.services.flows.source_collections import SourceCollectionService
from tams.services.flows.sources import SourceService
from tests.builders import a_multi_flow_body
from tests.unit.services.test_collection_resources import collections, create
from tests.unit.services.world import World
from vastlocal.control import Control

KINDS = ("query_rows", "insert_rows", "update_rows", "delete_rows")


def cost(world: World, work: Callable[[], object]) -> Counter[str]:
    """Reads and writes of rows. A begin and a commit come on top, once for each transaction."""
    vast = Control(world.platform.settings.vast.endpoint, "K", "S")
    vast.reset()
    work()
    requests = vast.counters().requests
    return Counter({kind: requests[kind] for kind in KINDS if kind in requests})


def test_reading_takes_no_more_than_reading_flows(fresh_world: World) -> None:
    world = fresh_world
    member = world.flow()
    made = create(world, member, label="x")
    service, flows = collections(world), FlowService.of(world.platform, EVERYONE)
    members = CollectionMemberService.of(world.platform, EVERYONE)

    get_flow = cost(world, lambda: flows.get(made.id))
    assert cost(world, lambda: service.get(made.id)) == {"query_rows": 2}
    assert get_flow == {"query_rows": 3}
    assert cost(world, lambda: members.list_(made.id, Query())) == {"query_rows": 2}
    listed = cost(world, lambda: flows.list_(FlowQuery()))
    assert listed == {"query_rows": 4}
    for query, selects in (
        (CollectionQuery(), 3),
        (CollectionQuery(label="x"), 3),
        (CollectionQuery(member_id=member), 4),
        (CollectionQuery(member_id=made.id), 1),
    ):
        assert cost(world, partial(service.list_, query)) == {"query_rows": selects}


def test_reading_source_collections_takes_no_more_than_reading_sources(fresh_world: World) -> None:
    world = fresh_world
    member = world.flow()
    made = create(world, member)
    service = SourceCollectionService.of(world.platform, EVERYONE)
    sources = SourceService.of(world.platform, EVERYONE)
    member_id = world.stored(member).flow.source_id

    assert cost(world, lambda: service.get(made.source_id)) == {"query_rows": 2}
    assert cost(world, lambda: sources.get(made.source_id)) == {"query_rows": 3}
    assert cost(world, lambda: service.list_(SourceCollectionQuery())) == {"query_rows": 3}
    by_member = SourceCollectionQuery(member_id=member_id)
    assert cost(world, lambda: service.list_(by_member)) == {"query_rows": 4}
    assert cost(world, lambda: sources.list_(SourceQuery())) == {"query_rows": 4}


def test_writing_takes_what_writing_the_flow_takes(world: World) -> None:
    a, b = world.flow(), world.flow()
    properties = FlowPropertyService.of(world.platform, EVERYONE)
    members = CollectionMemberService.of(world.platform, EVERYONE)

    def put() -> None:
        body = a_multi_flow_body(
            id=str(uuid4()), source_id=str(uuid4()), flow_collection=[{"id": a}, {"id": b}]
        )
        FlowService.of(world.platform, EVERYONE).put(body["id"], parse_flow_put(body))

    def patch(flow_id: str, **fields: Any) -> Counter[str]:
        given = CollectionPatch.from_body(fields)
        return cost(world, lambda: collections(world).patch(flow_id, given))

    def put_items(flow_id: str, *ids: str) -> Counter[str]:
        items = parse_flow_collection([{"id": each} for each in ids])
        return cost(world, lambda: properties.set_collection(flow_id, items))

    by_put = cost(world, put)
    assert cost(world, lambda: create(world, a, b)) == by_put
    ours, theirs = create(world, a).id, create(world, a).id
    put_label = cost(world, lambda: properties.set(theirs, "label", "x"))
    assert patch(ours, label="x", description="y", tags={"z": "w"}) == put_label
    put_both = put_items(theirs, a, b)
    assert patch(ours, members=[{"id": a}, {"id": b}]) == put_both
    put_items(ours, a)
    post = MemberPost.from_body({"id": b})
    assert cost(world, lambda: members.add(ours, post)) == put_both
    assert cost(world, lambda: members.remove(ours, b)) == put_items(theirs, a)


def test_deleting_takes_one_select_more_to_see_that_it_is_a_collection(world: World) -> None:
    member = world.flow()
    ours, theirs = create(world, member).id, create(world, member).id
    deletion = CollectionDeletionService.of(world.platform, EVERYONE)
    flows = DeletionService.of(world.platform, EVERYONE)

    by_flow = cost(world, lambda: flows.delete_flow(theirs))

    assert cost(world, lambda: deletion.delete(ours)) == by_flow + Counter(query_rows=1)
