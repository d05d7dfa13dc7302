"""Flows and the Sources that come and go with them."""

from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker, all_pages
from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.official_schemas import OfficialSchemas
from tests.waiting import next_second


def test_a_new_flow_is_created_with_its_source(
    api: httpx.Client, make: Maker, schemas: OfficialSchemas
) -> None:
    flow = make.flow(label="Cam 1", tags={"language_code": "en"})

    schemas.check("flow-get.json", flow)
    assert api.get(f"/flows/{flow['id']}").json() == flow
    source = api.get(f"/sources/{flow['source_id']}").json()
    schemas.check("source.json", source)
    assert source["format"] == flow["format"]


def test_put_replaces_a_flow_and_keeps_what_the_service_manages(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow(label="before", tags={"a": "b"}, metadata_version="mine")

    next_second()
    response = api.put(
        f"/flows/{flow['id']}",
        json=a_video_flow_body(
            id=flow["id"],
            source_id=flow["source_id"],
            description="after",
            created="not even a date",
            timerange="_",
        ),
    )

    assert response.status_code == 204
    assert response.content == b""
    replaced = api.get(f"/flows/{flow['id']}").json()
    assert "label" not in replaced
    assert replaced["description"] == "after"
    assert replaced["tags"] == {}
    assert replaced["created"] == flow["created"]
    assert replaced["metadata_version"] != flow["metadata_version"] == "mine"
    assert replaced["metadata_updated"] > flow["metadata_updated"]


def test_a_source_goes_with_its_last_flow(api: httpx.Client, make: Maker) -> None:
    first = make.flow()
    second = make.flow(source_id=first["source_id"])

    assert api.delete(f"/flows/{first['id']}").status_code == 204
    assert api.get(f"/sources/{first['source_id']}").status_code == 200
    assert api.delete(f"/flows/{second['id']}").status_code == 204

    assert api.get(f"/sources/{first['source_id']}").status_code == 404
    assert api.get(f"/flows/{first['id']}").status_code == 404


def test_a_multi_flow_collects_flows_and_its_source_their_sources(
    api: httpx.Client, make: Maker, schemas: OfficialSchemas
) -> None:
    video, audio = make.flow(), make.flow(an_audio_flow_body)
    members = [{"id": audio["id"], "role": "audio"}, {"id": video["id"], "role": "video"}]
    multi = make.flow(a_multi_flow_body, flow_collection=members)

    assert multi["flow_collection"] == members
    assert api.get(f"/flows/{video['id']}").json()["collected_by"] == [multi["id"]]
    source = api.get(f"/sources/{multi['source_id']}").json()
    schemas.check("source.json", source)
    assert source["source_collection"] == [
        {"id": audio["source_id"], "role": "audio"},
        {"id": video["source_id"], "role": "video"},
    ]
    member = api.get(f"/sources/{video['source_id']}").json()
    assert member["collected_by"] == [multi["source_id"]]

    assert api.delete(f"/flows/{audio['id']}").status_code == 204
    left = api.get(f"/flows/{multi['id']}").json()
    assert left["flow_collection"] == [{"id": video["id"], "role": "video"}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"essence_parameters": {}}, "frame_width"),
        ({"format": "urn:x-nmos:format:mux"}, "format"),
        ({"codec": "h264"}, "codec"),
        ({"source_id": "F00"}, "source_id"),
        ({"tags": {"a": 1}}, "tags"),
        ({"generation": -1}, "generation"),
        ({"read_only": "yes"}, "read_only"),
        ({"label": None}, "label"),
        ({"flow_collection": [{"id": str(uuid4())}]}, "does not exist"),
        ({"id": str(uuid4())}, "id"),
    ],
)
def test_a_flow_that_breaks_the_schema_is_refused_in_words(
    api: httpx.Client, changes: dict[str, object], words: str
) -> None:
    flow_id = str(uuid4())
    body = a_video_flow_body(id=flow_id, source_id=str(uuid4())) | changes

    response = api.put(f"/flows/{flow_id}", json=body)

    assert response.status_code == 400
    assert words in response.json()["summary"]
    assert api.get(f"/flows/{flow_id}").status_code == 404


def test_essence_parameters_are_closed(api: httpx.Client) -> None:
    flow_id = str(uuid4())
    body = a_video_flow_body(id=flow_id, source_id=str(uuid4()))
    body["essence_parameters"]["colour"] = "blue"

    response = api.put(f"/flows/{flow_id}", json=body)

    assert response.status_code == 400
    assert "colour" in response.json()["summary"]


def test_a_flow_keeps_its_format_and_agrees_with_its_source(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    other = an_audio_flow_body(id=flow["id"], source_id=flow["source_id"])
    assert api.put(f"/flows/{flow['id']}", json=other).status_code == 400

    sibling = an_audio_flow_body(id=str(uuid4()), source_id=flow["source_id"])
    response = api.put(f"/flows/{sibling['id']}", json=sibling)
    assert response.status_code == 400
    assert flow["source_id"] in response.json()["summary"]


def test_a_read_only_flow_refuses_everything(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(read_only=True)
    path = f"/flows/{flow['id']}"
    body = a_video_flow_body(id=flow["id"], source_id=flow["source_id"])

    assert api.put(path, json=body).status_code == 403
    assert api.delete(path).status_code == 403
    assert api.post(f"{path}/storage").status_code == 403
    segment = {"object_id": "a", "timerange": "[0:0_1:0)"}
    assert api.post(f"{path}/segments", json=segment).status_code == 403
    assert api.delete(f"{path}/segments").status_code == 403


@pytest.mark.parametrize("flow_id", ["x", "00000000-0000-0000-0000-000000000000", "%00", "A" * 36])
def test_an_unusable_id_in_the_path_is_a_flow_that_does_not_exist(
    api: httpx.Client, flow_id: str, schemas: OfficialSchemas
) -> None:
    for path in (f"/flows/{flow_id}", f"/flows/{flow_id}/segments", f"/sources/{flow_id}"):
        response = api.get(path)
        assert response.status_code == 404
        schemas.check("error.json", response.json())


def test_lists_page_newest_first_and_meet_every_flow_once(
    api: httpx.Client, make: Maker, schemas: OfficialSchemas
) -> None:
    source_id = str(uuid4())
    made = [make.flow(source_id=source_id)["id"] for _ in range(5)]

    pages = all_pages(api, "/flows", source_id=source_id, limit=2)

    assert [len(page) for page in pages] == [2, 2, 1]
    listed = [flow for page in pages for flow in page]
    assert [flow["id"] for flow in listed] == made[::-1]
    schemas.check_each("flow-get.json", listed)
    response = api.get("/flows", params={"source_id": source_id, "limit": 2})
    assert response.headers["X-Paging-Limit"] == "2"
    assert response.headers["X-Paging-Count"] == "2"
    assert f"source_id={source_id}" in response.headers["Link"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "page=nonsense", "source_id=x", "format=x"]
)
def test_malformed_query_values_are_refused(api: httpx.Client, query: str) -> None:
    assert api.get(f"/flows?{query}").status_code == 400
