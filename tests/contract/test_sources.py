"""SRC: Sources appear with their first Flow, go with their last, and have few properties of their own."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.maker import Maker
from tests.waiting import next_second

VIDEO = "urn:x-nmos:format:video"
AUDIO = "urn:x-nmos:format:audio"
MULTI = "urn:x-nmos:format:multi"


def an_image_flow_body(**fields: Any) -> dict[str, Any]:
    essence = {"frame_width": 640, "frame_height": 360}
    image = {"format": "urn:x-tam:format:image", "codec": "image/jpeg", "container": "image/jpeg"}
    return {**a_video_flow_body(**fields), **image, "essence_parameters": essence}


def a_data_flow_body(**fields: Any) -> dict[str, Any]:
    data = {"format": "urn:x-nmos:format:data", "codec": "text/vtt", "essence_parameters": {}}
    return {**a_video_flow_body(**fields), **data}


BODIES = (
    a_video_flow_body,
    an_audio_flow_body,
    an_image_flow_body,
    a_data_flow_body,
    a_multi_flow_body,
)


def put(api: httpx.Client, flow: dict[str, Any], **fields: Any) -> httpx.Response:
    return api.put(f"/flows/{flow['id']}", json={**flow, **fields})


def read(api: httpx.Client, source_id: str) -> dict[str, Any]:
    response = api.get(f"/sources/{source_id}")
    assert response.status_code == 200, response.text
    source: dict[str, Any] = response.json()
    return source


def collect(api: httpx.Client, collector: dict[str, Any], *members: dict[str, Any]) -> None:
    items = [{"id": each["id"], "role": each["codec"]} for each in members]
    response = api.put(f"/flows/{collector['id']}/flow_collection", json=items)
    assert response.status_code == 204, response.text


def test_SRC_1_only_tags_and_texts_of_a_source_can_be_written(
    api: httpx.Client, make: Maker
) -> None:
    source = read(api, make.flow()["source_id"])
    path = f"/sources/{source['id']}"

    assert api.post(path, json=source).status_code == 405
    assert api.delete(path).status_code == 409, "an extension, which its Flows forbid"
    for name in ("id", "format"):
        other = {**source, name: str(uuid4()) if name == "id" else "urn:x-nmos:format:audio"}
        assert api.put(path, json=other).status_code == 400, name
    new = {"id": str(uuid4()), "format": VIDEO}
    assert api.put(f"/sources/{new['id']}", json=new).status_code == 404
    for name in ("format", "created", "updated", "source_collection", "collected_by"):
        for method in ("PUT", "DELETE"):
            answer = api.request(method, f"{path}/{name}", json=source.get(name, []))
            assert answer.status_code in {404, 405}, name

    assert read(api, source["id"]) == source
    assert api.get(f"/sources/{new['id']}").status_code == 404


@pytest.mark.parametrize("body", BODIES)
def test_SRC_2_the_first_flow_of_a_source_creates_it(
    api: httpx.Client, make: Maker, body: Any
) -> None:
    source_id = str(uuid4())
    assert api.get(f"/sources/{source_id}").status_code == 404

    flow = make.flow(body, source_id=source_id)
    created = read(api, source_id)
    make.flow(body, source_id=source_id)

    assert created["id"] == source_id
    assert created["format"] == flow["format"]
    assert read(api, source_id)["created"] == created["created"]


def test_SRC_4_a_source_goes_with_its_last_flow(api: httpx.Client, make: Maker) -> None:
    first = make.flow(tags={"test": "x"})
    second = make.flow(source_id=first["source_id"])
    make.segments(second["id"], 1)
    path = f"/sources/{first['source_id']}"

    assert api.delete(f"/flows/{first['id']}").status_code == 204
    assert api.get(path).status_code == 200
    assert api.delete(f"/flows/{second['id']}").status_code == 204

    assert api.get(path).status_code == 404
    for below in ("tags", "label", "description"):
        assert api.get(f"{path}/{below}").status_code == 404


def test_SRC_6_a_source_tells_all_that_is_known_of_it(api: httpx.Client, make: Maker) -> None:
    whole, part, alone = make.flow(a_multi_flow_body), make.flow(), make.flow(an_audio_flow_body)
    top = make.flow(a_multi_flow_body)
    collect(api, whole, part, alone)
    api.put(f"/flows/{top['id']}/flow_collection", json=[{"id": whole["id"]}])
    path = f"/sources/{whole['source_id']}"
    texts = {"label": "Match", "description": "Both halves"}
    for name, value in {**texts, "tags/sport": ["rugby"]}.items():
        assert api.put(f"{path}/{name}", json=value).status_code == 204

    source = read(api, whole["source_id"])

    dates = {name: source.pop(name) for name in ("created", "updated")}
    assert all(datetime.fromisoformat(each).tzinfo for each in dates.values())
    assert source == {
        "id": whole["source_id"],
        "format": MULTI,
        **texts,
        "tags": {"sport": ["rugby"]},
        "source_collection": [
            {"id": part["source_id"], "role": "video/h264"},
            {"id": alone["source_id"], "role": "audio/aac"},
        ],
        "collected_by": [top["source_id"]],
    }
    bare = read(api, part["source_id"])
    assert {"id", "format", "created", "updated"} <= bare.keys()
    assert "metadata_updated" not in bare
    assert "source_collection" not in bare


def test_SRC_7_dates_and_collections_of_a_source_are_not_a_clients_to_set(
    api: httpx.Client, make: Maker
) -> None:
    past = "2001-01-01T00:00:00Z"
    claimed: dict[str, Any] = {"created": past, "updated": past, "collected_by": [str(uuid4())]}
    flow = make.flow(**claimed, source_collection=[{"id": str(uuid4())}])

    first = read(api, flow["source_id"])
    next_second()
    assert api.put(f"/sources/{flow['source_id']}/label", json="x").status_code == 204
    second = read(api, flow["source_id"])

    for name in ("created", "updated"):
        assert datetime.fromisoformat(first[name]) > datetime.fromisoformat(past), name
    assert first.keys().isdisjoint({"collected_by", "source_collection"})
    assert second["created"] == first["created"]
    assert datetime.fromisoformat(second["updated"]) > datetime.fromisoformat(first["updated"])


@pytest.mark.parametrize("name", ["label", "description"])
def test_SRC_11_a_text_of_a_source_is_set_read_and_unset(
    api: httpx.Client, make: Maker, name: str
) -> None:
    source_id = make.flow()["source_id"]
    path, nobody = f"/sources/{source_id}/{name}", f"/sources/{uuid4()}/{name}"

    for text in ("Camera 1", "", "Ⅳ / “x”"):
        assert api.put(path, json=text).status_code == 204
        assert api.get(path).json() == text
        assert read(api, source_id)[name] == text
    for bad in (1, True, None, ["x"], {"a": "x"}):
        assert api.put(path, json=bad).status_code == 400, bad
    assert api.put(path, content=b"bare").status_code == 400
    assert api.get(path).json() == "Ⅳ / “x”"
    assert api.delete(path).status_code == 204
    assert name not in read(api, source_id)
    assert api.get(nobody).status_code == 404
    assert api.put(nobody, json="x").status_code == 404
    assert api.delete(nobody).status_code == 404


@pytest.mark.parametrize("name", ["label", "description"])
def test_SRC_12_a_text_that_is_not_set_reads_as_null(
    api: httpx.Client, make: Maker, name: str
) -> None:
    path = f"/sources/{make.flow()['source_id']}/{name}"

    never_set = api.get(path)
    api.put(path, json="x")
    api.delete(path)
    unset = api.get(path)

    for response in (never_set, unset):
        assert response.status_code == 200
        assert response.json() is None
    assert api.head(path).status_code == 200


def test_SRC_14_a_flow_has_the_format_of_its_source(api: httpx.Client, make: Maker) -> None:
    video, audio = make.flow(), make.flow(an_audio_flow_body)
    new = an_audio_flow_body(id=str(uuid4()), source_id=video["source_id"])

    assert put(api, new).status_code == 400
    assert put(api, audio, source_id=video["source_id"]).status_code == 400

    assert api.get(f"/flows/{new['id']}").status_code == 404
    assert api.get(f"/flows/{audio['id']}").json()["source_id"] == audio["source_id"]
    assert read(api, video["source_id"])["format"] == VIDEO
    assert read(api, audio["source_id"])["format"] == AUDIO


def test_SRC_15_collections_of_one_source_agree_about_roles_and_order(
    api: httpx.Client, make: Maker
) -> None:
    sources = [str(uuid4()), str(uuid4())]
    hd, sd = (
        [make.flow(source_id=sources[0]), make.flow(an_audio_flow_body, source_id=sources[1])]
        for _ in range(2)
    )
    items = [{"id": hd[0]["id"], "role": "picture"}, {"id": hd[1]["id"], "role": "sound"}]
    first = make.flow(a_multi_flow_body, flow_collection=items)

    def second(*members: tuple[dict[str, Any], str]) -> int:
        collection = [{"id": flow["id"], "role": role} for flow, role in members]
        ids = {"id": str(uuid4()), "source_id": first["source_id"]}
        answer = put(api, a_multi_flow_body(**ids), flow_collection=collection)
        assert api.get(f"/flows/{ids['id']}").is_success is (answer.status_code == 201)
        return answer.status_code

    before = read(api, first["source_id"])["source_collection"]
    assert second((sd[0], "sound"), (sd[1], "picture")) == 400
    assert second((sd[1], "sound"), (sd[0], "picture")) == 400
    assert read(api, first["source_id"])["source_collection"] == before
    assert second((sd[0], "picture"), (sd[1], "sound")) == 201
