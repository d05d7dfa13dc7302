"""Every rejected request gets an error that names the fault, and nothing of it is stored."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.maker import Maker

Json = dict[str, Any]


@pytest.fixture(scope="module")
def target() -> Json:
    """A Flow and an Object allocated for it, once somebody has made them."""
    return {}


@pytest.fixture
def segments(target: Json, make: Maker) -> str:
    """The path of the Segments of a Flow that has none."""
    if not target:
        target.update(make.flow())
        (target["object"],) = make.objects(target["id"], 1)
    return f"/flows/{target['id']}/segments"


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
def test_a_flow_that_breaks_the_schema(api: httpx.Client, changes: Json, words: str) -> None:
    flow_id = str(uuid4())
    body = a_video_flow_body(id=flow_id, source_id=str(uuid4())) | changes

    response = api.put(f"/flows/{flow_id}", json=body)

    assert response.status_code == 400
    assert words in response.json()["summary"]
    assert api.get(f"/flows/{flow_id}").status_code == 404


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
def test_a_segment_that_makes_no_sense(
    api: httpx.Client, segments: str, target: Json, fields: Json, words: str
) -> None:
    body = {"object_id": target["object"], "timerange": "[0:0_1:0)"} | fields

    response = api.post(segments, json=body)

    assert response.status_code == 400
    assert words in response.json()["summary"]
    assert api.get(segments).json() == []


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
def test_a_body_that_cannot_be_read(
    api: httpx.Client, segments: str, body: bytes, status: int, words: str
) -> None:
    response = api.post(segments, content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == status
    assert words in response.json()["summary"]
    assert api.get(segments).json() == []
