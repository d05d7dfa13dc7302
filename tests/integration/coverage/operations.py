"""What the product does, one operation after another. Each is prepared first, and only then watched."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import NotFoundError
from tams.models.caller import EVERYONE
from tams.models.flow_segment import parse_segments_post
from tams.models.media_object import UncontrolledInstance
from tams.models.upload_form import Part, parse_upload
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.objects import ObjectDeletionService
from tams.services.deletion.sources import FLOWS_MAX
from tams.services.flows.flows import FlowService
from tams.services.flows.sources import SourceService
from tams.services.objects.instances import InstanceService
from tams.services.objects.objects import ObjectService
from tams.services.recycle_bin.restore import RestoreService
from tams.services.segments.segments import FlowSegmentService
from tams.services.storage.direct_uploads import DirectUploadService
from tams.timing import TimeRange
from tests.benchmark.operations import OPERATIONS as MEASURED
from tests.benchmark.operations import Operation
from tests.builders import a_video_flow_body, an_audio_flow_body
from tests.contract.steps import segment
from tests.in_process import ARCHIVE_ID
from tests.integration.coverage.world import AT_ONCE_SEGMENTS, World, a_profile
from tests.unit.services.world import holding, of

Act = Callable[[], object]
Prepare = Callable[[World], Act]

PREPARED: dict[str, Prepare] = {}
MANY = AT_ONCE_SEGMENTS + 5
LISTED = 5


def operation(prepare: Prepare) -> Prepare:
    PREPARED[prepare.__name__.replace("_", " ")] = prepare
    return prepare


def _measured(each: Operation, world: World) -> Act:
    calls = each.calls(world.ground, 1)

    def act() -> None:
        for call in calls:
            world.ask(call.method, call.target, status=call.status, json=call.body)

    return act


PREPARED.update(
    {each.name: partial(_measured, each) for each in MEASURED if each.name != "list 100 Flows"}
)  # a page depends on what is newest, so the lists below make that


def gets(world: World, *paths: str) -> Act:
    return lambda: [world.ask("GET", each) for each in paths]


@operation
def read_what_collects_and_is_collected(world: World) -> Act:
    member = world.make.flow()
    parent = world.collection(member["id"])
    flows = [f"/flows/{each['id']}" for each in (parent, member)]
    sources = [f"/sources/{each['source_id']}" for each in (parent, member)]
    return gets(world, *flows, *sources, f"/flows/{parent['id']}/flow_collection")


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
def read_objects(world: World) -> Act:
    _, (object_id,) = world.flow_with_segments(1)
    init_id, media_id = _with_init(world)
    return gets(world, *(f"/objects/{each}" for each in (object_id, init_id, media_id)))


def _with_init(world: World) -> tuple[str, str]:
    """An init Object, and a media Object that needs it and is in a Segment."""
    flow = world.make.flow(init_segments=True, container="video/iso.segment")
    init_id, media_id = world.make.objects(flow["id"], 2)
    segment = {"object_id": media_id, "timerange": "[0:0_1:0)", "init_object_id": init_id}
    world.ask("POST", f"/flows/{flow['id']}/segments", json=segment, status=201)
    return init_id, media_id


@operation
def register_a_segment_with_an_init_object(world: World) -> Act:
    return lambda: _with_init(world)


@operation
def change_instances(world: World) -> Act:
    _, (object_id,) = world.flow_with_segments(1)
    objects = [object_id, *_with_init(world)]

    def act() -> None:
        for each in objects:
            path = f"/objects/{each}/instances"
            instance = {"url": "https://example.com/media", "label": "web"}
            world.ask("POST", path, json=instance, status=201)
            world.ask("DELETE", path, params={"label": "web"}, status=204)

    return act


@operation
def copy_an_object_and_delete_the_copy(world: World) -> Act:
    _, (object_id,) = world.flow_with_segments(1)
    world.store_bytes(object_id)
    path = f"/objects/{object_id}/instances"

    def act() -> None:
        world.ask("POST", path, json={"storage_id": ARCHIVE_ID}, status=201)
        world.copy()
        world.ask("DELETE", path, params={"storage_id": ARCHIVE_ID}, status=204)
        world.copy()

    return act


@operation
def delete_an_object(world: World) -> Act:
    _, (object_id,) = world.flow_with_segments(1)
    init_id, _ = _with_init(world)

    def act() -> None:
        for each in (object_id, init_id):
            world.ask("DELETE", f"/objects/{each}", params={"cascade": "true"}, status=204)
        world.clean()

    return act


@operation
def upload_through_s3(world: World) -> Act:
    flow_id = world.make.flow()["id"]

    def act() -> None:
        body = {"segments": [{"timerange": "[0:0_1:0)"}]}
        entry = world.ask("POST", f"/flows/{flow_id}/storage", json=body, status=201)
        (made,) = entry["media_objects"]
        world.store_bytes(made["object_id"], headers=made["put_url"].get("headers"))
        world.uploaded(made["object_id"])

    return act


@operation
def upload_through_the_api(world: World) -> Act:
    flow_id = world.make.flow()["id"]
    post = parse_upload({"file": Part(b"media", "video/mp2t")}, {"timerange": "[0:0_1:0)"})
    return lambda: DirectUploadService.of(world.platform, EVERYONE).upload(flow_id, post)


@operation
def tag_and_search_segments(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(20)
    path = f"/flows/{flow_id}/segments"

    def act() -> None:
        world.ask("PUT", f"{path}/tags/event", json="goal", params={"timerange": "[0:0_4:0)"})
        for wanted in ({"tag.event": "goal"}, {"tag_exists.event": "false"}, {"tag.none": "x"}):
            world.ask("GET", path, params=wanted)
        world.ask("DELETE", f"{path}/tags")

    return act


@operation
def read_lists_for_players(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(5)
    source_id = world.ask("GET", f"/flows/{flow_id}")["source_id"]
    member = world.make.flow()
    multi = world.collection(flow_id, member["id"])
    paths = [f"/flows/{flow_id}/output.m3u8", f"/flows/{flow_id}/hls.m3u8"]
    paths += [f"/flows/{flow_id}/dash.mpd", f"/sources/{source_id}/hls.m3u8"]
    paths += [f"/flows/{multi['id']}/hls.m3u8", f"/sources/{multi['source_id']}/dash.mpd"]

    def act() -> None:
        """Some cannot be played, which the service finds out by the same selects."""
        for path in paths:
            assert world.api.get(path).status_code < 500, path

    return act


@operation
def delete_segments(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(4)
    path = f"/flows/{flow_id}/segments"

    def act() -> None:
        world.ask("DELETE", path, params={"timerange": "[0:0_4:0)"}, status=204)
        RestoreService.of(world.platform, EVERYONE).segments(flow_id, TimeRange.eternity())
        world.ask("DELETE", path, params={"soft_delete": "false"}, status=204)
        world.clean()

    return act


@operation
def delete_many_segments(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(MANY)

    def act() -> None:
        gone = world.ask("DELETE", f"/flows/{flow_id}/segments", status=202)
        world.delete()
        world.ask("GET", f"/flow-delete-requests/{gone['id']}")

    return act


@operation
def delete_and_restore_a_flow(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(4)
    world.collection(flow_id)

    def act() -> None:
        world.ask("DELETE", f"/flows/{flow_id}", status=204)
        (entry,) = world.ask("GET", "/recycle-bin", params={"flow_id": flow_id})
        world.ask("GET", f"/recycle-bin/{entry['id']}")
        world.ask("GET", f"/flows/{flow_id}", params={"include_deleted": "true"})
        world.ask("POST", f"/flows/{flow_id}/restore")

    return act


@operation
def delete_and_restore_a_source(world: World) -> Act:
    flow = world.make.flow()
    path = f"/sources/{flow['source_id']}"

    def act() -> None:
        world.ask("DELETE", path, params={"cascade": "true"}, status=204)
        world.ask("POST", f"{path}/restore")

    return act


@operation
def delete_a_source_with_many_flows(world: World) -> Act:
    source_id = str(uuid4())
    for _ in range(FLOWS_MAX + 1):
        world.make.flow(source_id=source_id)

    def act() -> None:
        path = f"/sources/{source_id}"
        world.ask("DELETE", path, params={"cascade": "true"}, status=202)
        world.delete()

    return act


@operation
def delete_an_object_of_many_flows_and_restore_all(world: World) -> Act:
    _, (object_id,) = world.flow_with_segments(1)
    for _ in range(FLOWS_MAX):
        other = str(world.make.flow()["id"])
        world.ask("POST", f"/flows/{other}/segments", json=segment(object_id, 0, 2), status=201)

    def act() -> None:
        asked = {"cascade": "true"}
        request = world.ask("DELETE", f"/objects/{object_id}", params=asked, status=202)
        world.delete()
        found = world.ask("GET", "/recycle-bin", params={"deletion_id": request["id"]})
        assert len(found) == FLOWS_MAX + 1
        world.ask("POST", f"/recycle-bin/deletions/{request['id']}/restore")

    return act


@operation
def destroy_an_entry_of_the_recycle_bin(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(4)
    world.ask("DELETE", f"/flows/{flow_id}", status=204)
    (entry,) = world.ask("GET", "/recycle-bin", params={"flow_id": flow_id})

    def act() -> None:
        world.ask("DELETE", f"/recycle-bin/{entry['id']}", status=204)
        world.clean()

    return act


@operation
def delete_a_flow_for_good(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(MANY)

    def act() -> None:
        world.ask("DELETE", f"/flows/{flow_id}", params={"soft_delete": "false"}, status=202)
        world.delete()
        world.clean()

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
def relay_and_deliver_events(world: World) -> Act:
    flow = world.make.flow()
    world.relay()
    webhook = world.webhook(flow_ids=[flow["id"]], flow_collected_by_ids=[str(uuid4())])
    whole = world.webhook(flow_ids=[flow["id"]])
    world.platform.noted.deliveries.sent.clear()
    world.ask("PUT", f"/flows/{flow['id']}/label", json="x", status=204)

    def act() -> None:
        world.relay()
        world.deliver()
        for each in (webhook, whole):
            world.ask("GET", f"/service/webhooks/{each}")
            world.ask("DELETE", f"/service/webhooks/{each}", status=204)

    return act


@operation
def read_the_event_log(world: World) -> Act:
    world.relay()
    world.platform.time.pass_(seconds=1)
    since = world.now.isoformat()
    key = _next_page(world, since)
    flow, _ = world.flow_with_segments(2)
    world.relay()

    def act() -> None:
        world.ask("GET", "/events", params={"page": key, "limit": 10})
        world.ask("GET", "/events", params={"page": key, "flow_ids": flow})
        world.ask("GET", "/events", params={"page": key, "since": since})

    return act


@operation
def read_the_event_log_from_a_time_on(world: World) -> Act:
    world.relay()
    world.platform.time.pass_(seconds=1)
    since = world.now.isoformat()
    world.flow_with_segments(2)
    world.relay()
    return lambda: world.ask("GET", "/events", params={"since": since, "limit": 10})


def _next_page(world: World, since: str) -> str:
    """The key of the end of the log."""
    params: dict[str, Any] = {"since": since, "limit": 100}
    while True:
        answer = world.api.get("/events", params=params)
        page = str(answer.headers["X-Paging-NextKey"])
        if not answer.json():
            return page
        params["page"] = page


@operation
def sweep_when_nothing_is_due(world: World) -> Act:
    world.sweep()
    return world.sweep


@operation
def sweep_what_is_due(world: World) -> Act:
    """Of each kind a little, as far as the sweeper has to find it."""
    world.sweep()
    with world.earlier(days=9):
        flow_id, objects = world.flow_with_segments(MANY)
        world.make.objects(flow_id, 2)
        world.store_bytes(objects[0])
        world.ask(
            "POST", f"/objects/{objects[0]}/instances", json={"storage_id": ARCHIVE_ID}, status=201
        )
        gone, _ = world.flow_with_segments(2)
        world.ask("DELETE", f"/flows/{gone}", status=204)
        world.ask("DELETE", f"/flows/{flow_id}/segments", status=202)
        key = {"Idempotency-Key": str(uuid4())}
        batch = [a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))]
        world.ask("POST", "/flows/batch", json=batch, headers=key, status=201)
    with world.earlier(minutes=5):
        body = {"segments": [{"timerange": "[900:0_901:0)"}]}
        entry = world.ask("POST", f"/flows/{flow_id}/storage", json=body, status=201)
        (made,) = entry["media_objects"]
        world.store_bytes(made["object_id"], headers=made["put_url"].get("headers"))
    for queue in ("object_cleanup", "copies", "deletions"):
        getattr(world.platform.noted, queue).sent.clear()
    source = world.make.flow(tags={"retention": "P1D"})
    world.ask("PUT", f"/sources/{source['source_id']}/tags/retention", json="P2D", status=204)

    def act() -> None:
        world.sweep()
        world.delete()
        world.copy()
        world.clean()

    return act


def _newest(world: World) -> None:
    """A page of Flows and Sources that nothing collects, newer than all others."""
    world.platform.time.pass_(seconds=1)
    for _ in range(LISTED):
        world.make.flow()


@operation
def list_with_deleted_ones(world: World) -> Act:
    _newest(world)
    return gets(
        world, *(f"/{each}?include_deleted=true&limit={LISTED}" for each in ("flows", "sources"))
    )


@operation
def list_everything(world: World) -> Act:
    """A page of each listing, and of those with filters: of what is newest, or of nothing."""
    world.platform.time.pass_(seconds=1)
    flow = world.make.flow()
    parent = world.collection(flow["id"])
    _newest(world)
    flows = [f"source_id={flow['source_id']}", "label=none", "tag.none=1"]
    flows += [f"collected_by_ids={parent['id']}", "timerange=[9000:0_9001:0)"]
    return gets(
        world,
        *(f"/flows?limit=5&{each}" for each in flows),
        f"/sources?limit={LISTED}",
        "/collections?limit=1",
        "/source-collections?limit=1",
        "/service/profiles?limit=5&label=none",
        "/service/webhooks?limit=5&tag.none=1",
        "/flow-delete-requests?limit=5",
        "/recycle-bin?limit=5&deleted_by=nobody",
        "/recycle-bin/summary",
        "/retention?limit=1",
    )


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


@operation
def report_health(world: World) -> Act:
    return gets(world, "/health/ready")
