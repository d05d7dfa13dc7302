"""What is done with Segments, Objects and their bytes."""

from tams.models.caller import EVERYONE
from tams.models.upload_form import Part, parse_upload
from tams.services.storage.direct_uploads import DirectUploadService
from tests.in_process import ARCHIVE_ID
from tests.integration.coverage.prepared import Act, gets, operation
from tests.integration.coverage.world import World


@operation
def read_objects(world: World) -> Act:
    _, (object_id,) = world.flow_with_segments(1)
    init_id, media_id = with_init(world)
    return gets(world, *(f"/objects/{each}" for each in (object_id, init_id, media_id)))


def with_init(world: World) -> tuple[str, str]:
    """An init Object, and a media Object that needs it and is in a Segment."""
    flow = world.make.flow(init_segments=True, container="video/iso.segment")
    init_id, media_id = world.make.objects(flow["id"], 2)
    segment = {"object_id": media_id, "timerange": "[0:0_1:0)", "init_object_id": init_id}
    world.ask("POST", f"/flows/{flow['id']}/segments", json=segment, status=201)
    return init_id, media_id


@operation
def register_a_segment_with_an_init_object(world: World) -> Act:
    return lambda: with_init(world)


@operation
def change_instances(world: World) -> Act:
    _, (object_id,) = world.flow_with_segments(1)
    objects = [object_id, *with_init(world)]

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
