"""Segments that cannot be, one by one and in a list."""

import json
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker, all_pages
from tests.builders import a_video_flow_body
from tests.official_schemas import OfficialSchemas


def test_a_list_keeps_what_is_good_and_tells_what_failed(
    api: httpx.Client, make: Maker, schemas: OfficialSchemas
) -> None:
    flow = make.flow()
    first, second, third = make.objects(flow["id"], 3)
    posts = [
        {"object_id": first, "timerange": "[0:0_2:0)"},
        {"object_id": second, "timerange": "[1:0_3:0)"},
        {"object_id": third, "timerange": "[5:0_4:0)"},
        {"object_id": "unheard-of", "timerange": "[8:0_9:0)"},
        {"object_id": third, "timerange": "[2:0_4:0)"},
    ]

    response = api.post(f"/flows/{flow['id']}/segments", json=posts)

    assert response.status_code == 200
    schemas.check("flow-segment-bulk-failure.json", response.json())
    failed = response.json()["failed_segments"]
    assert [each["object_id"] for each in failed] == [second, third, "unheard-of"]
    assert "overlaps" in failed[0]["error"]["summary"]
    ((*stored,),) = all_pages(api, f"/flows/{flow['id']}/segments")
    assert [each["object_id"] for each in stored] == [first, third]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"timerange": "[2:0_1:0)"}, "empty"),
        ({"timerange": "()"}, "empty"),
        ({"timerange": "_"}, "start and an end"),
        ({"timerange": "[0:0_"}, "start and an end"),
        ({"timerange": "(0:0_1:0)"}, "start"),
        ({"timerange": "[0:0_999999999999999:0)"}, "604 million million"),
        ({"timerange": "[0:0_1:0)x"}, "timerange"),
        ({"timerange": 3}, "timerange"),
        ({"ts_offset": "1.5"}, "ts_offset"),
        ({"last_duration": "-1:0"}, "last_duration"),
        ({"object_id": "unheard-of"}, "does not exist"),
        ({"object_id": 7}, "object_id"),
        ({"get_urls": [{"url": "http://a/b"}]}, "label"),
        ({"key_frame_count": "3"}, "key_frame_count"),
    ],
)
def test_a_segment_that_makes_no_sense_is_refused_and_nothing_is_stored(
    api: httpx.Client, make: Maker, fields: dict[str, object], words: str, schemas: OfficialSchemas
) -> None:
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)
    path = f"/flows/{flow['id']}/segments"

    response = api.post(path, json={"object_id": object_id, "timerange": "[0:0_1:0)"} | fields)

    assert response.status_code == 400
    schemas.check("error.json", response.json())
    assert words in response.json()["summary"]
    assert api.get(path).json() == []


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b'{"object_id": ', 400, "JSON"),
        (b"", 400, "JSON"),
        (b"null", 400, "object"),
        (b'"text"', 400, "object"),
        (b'[{"object_id": "a"}]', 400, "timerange"),
        (b"[" * 100_000, 400, "nested"),
        (b'{"object_id": "a", "timerange": NaN}', 400, "NaN"),
        (b'{"object_id": "a", "sample_count": ' + b"9" * 5_000 + b"}", 400, "too many digits"),
        (json.dumps({"object_id": "a" * 7_000_000}).encode(), 413, "bytes"),
        (
            json.dumps([{"object_id": "a", "timerange": "[0:0_1:0)"}] * 50_001).encode(),
            400,
            "50000",
        ),
    ],
    ids=["cut", "none", "null", "text", "no timerange", "deep", "NaN", "digits", "7 MB", "50,001"],
)
def test_a_body_that_cannot_be_read_is_refused(
    api: httpx.Client, make: Maker, body: bytes, status: int, words: str
) -> None:
    flow = make.flow()
    path = f"/flows/{flow['id']}/segments"

    response = api.post(path, content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == status
    assert words in response.json()["summary"]
    assert api.get(path).json() == []


def test_an_object_belongs_first_to_the_flow_it_was_allocated_for(
    api: httpx.Client, make: Maker
) -> None:
    first, second = make.flow(), make.flow()
    (object_id,) = make.objects(first["id"], 1)
    segment = {"object_id": object_id, "timerange": "[0:0_1:0)"}

    assert api.get(f"/objects/{object_id}").status_code == 404
    early = api.post(f"/flows/{second['id']}/segments", json=segment)
    assert early.status_code == 400
    assert "another Flow" in early.json()["summary"]
    assert api.post(f"/flows/{first['id']}/segments", json=segment).status_code == 201
    assert api.post(f"/flows/{second['id']}/segments", json=segment).status_code == 201

    found = api.get(f"/objects/{object_id}").json()
    assert found["referenced_by_flows"] == sorted([first["id"], second["id"]])
    assert found["first_referenced_by_flow"] == first["id"]


def test_unknown_flow_and_missing_container(api: httpx.Client, make: Maker) -> None:
    segment = {"object_id": "a", "timerange": "[0:0_1:0)"}
    assert api.post(f"/flows/{uuid4()}/segments", json=segment).status_code == 404
    assert api.delete(f"/flows/{uuid4()}/segments").status_code == 404
    assert api.post(f"/flows/{uuid4()}/storage").status_code == 404

    flow = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    del flow["container"]
    api.put(f"/flows/{flow['id']}", json=flow)
    assert api.post(f"/flows/{flow['id']}/segments", json=segment).status_code == 400
    assert api.post(f"/flows/{flow['id']}/storage").status_code == 400
