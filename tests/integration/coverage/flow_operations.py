"""What is done with Flows, Sources, collections and Profiles."""

from uuid import uuid4

import pytest

from tams.errors import NotFoundError
from tams.models.flow_segment import parse_segments_post
from tams.models.media_object import UncontrolledInstance
from tams.services.coverage.upkeep import CoverageUpkeep
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.objects import ObjectDeletionService
from tams.services.flows.flows import FlowService
from tams.services.flows.sources import SourceService
from tams.services.objects.instances import InstanceService
from tams.services.objects.objects import ObjectService
from tams.services.segments.segments import FlowSegmentService
from tests.builders import a_video_flow_body, an_audio_flow_body
from tests.integration.coverage.prepared import MANY, Act, gets, operation
from tests.integration.coverage.world import World, a_profile
from tests.unit.services.world import holding, of


@operation
def read_what_collects_and_is_collected(world: World) -> Act:
    member = world.make.flow()
    parent = world.collection(member["id"])
    flows = [f"/flows/{each['id']}" for each in (parent, member)]
    sources = [f"/sources/{each['source_id']}" for each in (parent, member)]
    return gets(world, *flows, *sources, f"/flows/{parent['id']}/flow_collection")


@operation
def read_a_coverage(world: World) -> Act:
    """What is summed up, and what is not yet."""
    flow_id, _ = world.flow_with_segments(MANY)
    source_id = world.ask("GET", f"/flows/{flow_id}")["source_id"]
    upkeep = CoverageUpkeep.of(world.platform)
    while upkeep.step(flow_id):
        pass
    stretch = {"timerange": "[1:0_2:0)"}

    def act() -> None:
        upkeep.step(flow_id)
        world.ask("GET", f"/flows/{flow_id}/coverage")
        world.ask("GET", f"/flows/{flow_id}/coverage", params=stretch)
        world.ask("GET", f"/sources/{source_id}/coverage")

    return act


@operation
def change_a_flow_collection(world: World) -> Act:
    one, two = world.make.flow(), world.make.flow()
    path = f"/flows/{world.collection(one['id'])['id']}/flow_collection"

    def act() -> None:
        world.ask("PUT", path, json=[{"id": two["id"], "role": "sound"}], status=204)
        world.ask("DELETE", path, status=204)

    return act


@operation
def move_a_flow_to_another_source(world: World) -> Act:
    member = world.make.flow()
    world.collection(member["id"])
    body = a_video_flow_body(id=member["id"], source_id=str(uuid4()))
    return lambda: world.ask("PUT", f"/flows/{member['id']}", json=body, status=204)


@operation
def use_collections_as_resources(world: World) -> Act:
    one, two = world.make.flow(), world.make.flow(an_audio_flow_body)

    def act() -> None:
        members = {"members": [{"id": one["id"]}]}
        made = world.ask("POST", "/collections", json=members, status=201)
        path = f"/collections/{made['id']}"
        world.ask("POST", f"{path}/members", json={"id": two["id"]}, status=201)
        world.ask("PUT", f"{path}/members/{two['id']}", json={"role": "sound"}, status=204)
        gets(world, path, f"{path}/members", f"{path}/members/{two['id']}")()
        source = f"/source-collections/{made['source_id']}"
        gets(world, source, f"{source}/members", f"{source}/members/{two['source_id']}")()
        world.ask("DELETE", f"{path}/members/{one['id']}", status=204)
        world.ask("DELETE", path, status=204)

    return act


@operation
def make_use_and_delete_profiles(world: World) -> Act:
    used, unused = a_profile(), a_profile()

    def act() -> None:
        for each in (used, unused):
            path = f"/service/profiles/{each['id']}"
            world.ask("POST", path, json=each, status=201)
            world.ask("GET", path)
        flow = {"id": str(uuid4()), "source_id": str(uuid4()), "profile_id": used["id"]}
        world.ask("PUT", f"/flows/{flow['id']}", json=flow, status=201)
        world.ask("DELETE", f"/service/profiles/{unused['id']}", status=204)
        needed = world.api.delete(f"/service/profiles/{used['id']}", params={"cascade": "false"})
        assert needed.status_code == 409, needed.text

    return act


@operation
def send_a_batch_twice(world: World) -> Act:
    flows = [a_video_flow_body(id=str(uuid4()), source_id=str(uuid4())) for _ in range(3)]
    key = {"Idempotency-Key": str(uuid4())}

    def act() -> None:
        for _ in range(2):
            world.ask("POST", "/flows/batch", json=flows, headers=key, status=201)
        tags = [{"id": each["id"], "tags": {"a": "1"}} for each in flows]
        world.ask("POST", "/flows/tags/batch", json=tags)

    return act


@operation
def change_and_delete_sources(world: World) -> Act:
    flow = world.make.flow()

    def act() -> None:
        body = {"id": str(uuid4()), "format": "urn:x-nmos:format:video"}
        world.ask("POST", "/sources", json=body, status=201)
        world.ask("PUT", f"/sources/{flow['source_id']}/label", json="x", status=204)
        needed = world.api.delete(f"/sources/{flow['source_id']}", params={"cascade": "false"})
        assert needed.status_code == 409, needed.text
        world.ask("DELETE", f"/sources/{body['id']}", status=204)

    return act


@operation
def act_for_a_caller_with_classes(world: World) -> Act:
    mine = str(uuid4())
    flow_id, (object_id,) = world.flow_with_segments(1, tags=of(mine))
    _, (other_id,) = world.flow_with_segments(1)
    source_id = world.ask("GET", f"/flows/{flow_id}")["source_id"]
    world.collection(flow_id)
    world.relay()
    caller = holding(read=mine, write=mine, delete=mine)
    platform = world.platform
    posts = [{"object_id": object_id, "timerange": "[20:0_22:0)", "ts_offset": "20:0"}]

    def act() -> None:
        FlowService.of(platform, caller).get(flow_id)
        SourceService.of(platform, caller).get(source_id)
        ObjectService.of(platform, caller).get(object_id)
        with pytest.raises(NotFoundError):
            ObjectService.of(platform, caller).get(other_id)
        entries = parse_segments_post(posts).entries
        segments = FlowSegmentService.of(platform, caller)
        assert segments.register(flow_id, entries, single=False) == []
        instance = UncontrolledInstance(url="https://example.com/m", label="web")
        InstanceService.of(platform, caller).add(object_id, instance)
        ObjectDeletionService.of(platform, caller).delete(object_id, DeletionOptions(cascade=True))

    return act
