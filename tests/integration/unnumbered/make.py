"""The program that stored data.tar.gz and recorded answers.json. README.md says how it was run."""

import json
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from local.stack import Stack
from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.maker import Json, Maker
from tests.waiting import until

FOLDER = Path(__file__).parent
KEPT = ("credentials.json", "s3", "vast/vastlocal.sqlite")
PROFILE = "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9b01"
_numbers: Iterator[int] = iter(range(1, 1000))


def an_id() -> str:
    return f"7d0f0c4a-6b1e-4f5e-8a35-{next(_numbers):012d}"


def a_flow(
    make: Maker, body: Callable[..., dict[str, Any]] = a_video_flow_body, **fields: Any
) -> Json:
    return make.flow(body, **{"id": an_id(), "source_id": an_id(), **fields})


def filled(api: httpx.Client) -> list[str]:
    """The questions to ask of what was stored."""
    make = Maker(api)
    technical = a_video_flow_body()
    metadata = {
        name: technical[name] for name in ("format", "codec", "container", "essence_parameters")
    }
    profile = {"id": PROFILE, "label": "HD", "flow_metadata": metadata}
    assert api.post(f"/service/profiles/{PROFILE}", json=profile).is_success
    camera = a_flow(make, label="Camera 1", tags={"site": ["london", "salford"], "odd name": "x"})
    wide = a_flow(make, label="Camera 2", status="ingesting", tags={"site": "salford"})
    inherited: dict[str, Any] = dict.fromkeys(metadata)
    linked = a_flow(make, a_video_flow_body, label="Linked", profile_id=PROFILE, **inherited)
    prepared = a_flow(make, partial(a_video_flow_body, init_segments=True), container="video/mp4")
    sound = a_flow(make, an_audio_flow_body, label="Sound")
    whole = a_flow(
        make,
        a_multi_flow_body,
        label="Programme",
        flow_collection=[
            {"id": camera["id"], "role": "picture"},
            {"id": sound["id"], "role": "sound"},
        ],
    )
    gone = a_flow(make, label="Gone")
    used = make.segments(camera["id"], 6)
    make.segments(sound["id"], 3, start=-6)
    make.segments(gone["id"], 30)
    make.objects(wide["id"], 2)  # which nothing uses yet
    shared = [{**used[0], "timerange": "[100:0_102:0)", "ts_offset": "100:0"}]
    assert api.post(f"/flows/{wide['id']}/segments", json=shared).status_code == 201
    assert api.put(f"/flows/{linked['id']}/tags/site", json="leeds").is_success
    assert api.put(f"/sources/{camera['source_id']}/label", json="Camera 1").is_success
    assert api.put(f"/sources/{camera['source_id']}/tags/site", json="london").is_success
    cut = api.delete(f"/flows/{camera['id']}/segments", params={"timerange": "[10:0_12:0)"})
    assert cut.is_success, cut.text
    deletion = api.delete(f"/flows/{gone['id']}")
    if deletion.status_code == httpx.codes.ACCEPTED:
        until(lambda: api.get(deletion.headers["Location"]).json()["status"] == "done")
    flow, source = f"/flows/{camera['id']}/segments", camera["source_id"]
    return [
        *(
            f"/sources?{each}"
            for each in ("", "label=Camera 1", "tag.site=london", "sort_by=label")
        ),
        "/sources?format=urn:x-nmos:format:audio",
        f"/sources?collected_by_ids={whole['source_id']}",
        "/sources?collected_by_ids=",
        f"/flows?source_id={source}",
        f"/flows?profile_id={PROFILE}",
        f"/flows?collected_by_ids={whole['id']}",
        *(
            f"/flows?{each}"
            for each in (
                "",
                "label=Camera 2",
                "format=urn:x-nmos:format:multi",
                "codec=audio/aac",
                "status=ingesting",
                "frame_width=1280",
                "frame_height=720",
                "init_segments=true",
                "init_segments=false",
                "tag.site=salford",
                "tag.odd%20name=x",
                "tag_exists.site=true",
                "tag_exists.site=false",
                "collected_by_ids=",
                "timerange=[3:0_4:0)",
                "timerange=[-4:0_-3:0)",
                "timerange=()",
                "sort_by=label&reverse_order=true",
                "sort_by=metadata_updated",
            )
        ),
        *(f"/service/profiles?{each}" for each in ("", "codec=video/h264", "label=HD")),
        "/service/storage-backends",
        "/flow-delete-requests",
        *(f"/flows/{each['id']}/segments" for each in (camera, wide, sound, linked, prepared)),
        f"{flow}?timerange=[3:0_5:0)",
        f"{flow}?object_id={used[1]['object_id']}",
        f"{flow}?reverse_order=true",
    ]


def name_of(item: dict[str, Any]) -> str:
    if "object_id" in item:
        return f"{item['object_id']} {item['timerange']}"
    return str(item["id"])


def answers(api: httpx.Client, queries: list[str]) -> dict[str, Any]:
    def get(path: str) -> Any:
        response = api.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    flows, sources = get("/flows"), get("/sources")
    segments = [each for flow in flows for each in get(f"/flows/{flow['id']}/segments")]
    objects = sorted({f"/objects/{each['object_id']}" for each in segments})
    documents = [
        *(f"/flows/{each['id']}" for each in flows),
        *(f"/sources/{each['id']}" for each in sources),
        f"/service/profiles/{PROFILE}",
    ]
    return {
        "lists": {query: [name_of(each) for each in get(query)] for query in queries},
        "documents": {path: get(path) for path in documents},
        "objects": {path: sorted(get(path)["referenced_by_flows"]) for path in objects},
        "events": [each["event_type"] for each in get("/events?limit=1000")],
    }


def main() -> None:
    data = Path(tempfile.mkdtemp()) / "data"
    env = {"TAMS_DELETION__AT_ONCE_SEGMENTS": "20"}
    with Stack(data, env=env) as stack, httpx.Client(base_url=stack.api_url, timeout=120) as api:
        queries = filled(api)
        until(lambda: len(api.get("/events?limit=1000").json()) >= 20)
        found = answers(api, queries)
    (FOLDER / "answers.json").write_text(json.dumps(found, indent=1) + "\n")
    with tarfile.open(FOLDER / "data.tar.gz", "w:gz") as archive:
        for name in KEPT:
            archive.add(data / name, f"data/{name}")


if __name__ == "__main__":
    main()
