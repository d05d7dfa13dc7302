"""Uploads through the API: an extension beside TAMS 8.2. Media and its Segment come as one form."""

import hashlib
import json
import os
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tams.api.payload import BINARY_BYTES_MAX
from tests.contract.conftest import Backends, Subscribe
from tests.contract.steps import Json, added, arrived, segments_of
from tests.contract.uploading import KIND, MEDIA, media, refused, segment, text, upload, uploaded
from tests.maker import Maker
from tests.receiver import Receiver
from tests.services import Services


def test_media_and_its_segment_come_in_one_request(
    api: httpx.Client, flow: Json, inbox: Receiver, subscribe: Subscribe, backends: Backends
) -> None:
    subscribe(inbox, flow["source_id"], events=["flows/segments_added"])

    made = uploaded(api, flow, segment("[10:0_11:0)", ts_offset="10:0", key_frame_count=1), media())

    assert made["first_referenced_by_flow"] == flow["id"]
    assert (made["timerange"], made["key_frame_count"]) == ("[0:0_1:0)", 1)
    (listed,) = segments_of(api, flow, verbose_storage="true")
    assert (listed["object_id"], listed["timerange"]) == (made["id"], "[10:0_11:0)")
    (url,) = listed["get_urls"]
    assert url["storage_id"] == backends.local
    got = httpx.get(url["url"])
    assert got.content == MEDIA
    assert got.headers["Content-Type"] == KIND
    (event,) = arrived(inbox, "flows/segments_added")
    assert [each["object_id"] for each in event.event["segments"]] == [made["id"]]


def test_the_client_may_choose_the_object_and_the_backend(
    api: httpx.Client, flow: Json, backends: Backends
) -> None:
    object_id = f"a/b c{uuid4()}"
    digest = hashlib.sha256(MEDIA).hexdigest()

    made = uploaded(
        api,
        flow,
        text("sha256", digest),
        text("storage_id", backends.archive),
        ("file", (None, MEDIA)),
        segment(object_id=object_id),
    )

    assert made["id"] == object_id
    (listed,) = segments_of(api, flow, accept_storage_ids=backends.archive)
    assert httpx.get(listed["get_urls"][0]["url"]).content == MEDIA
    again = upload(api, flow, segment("[1:0_2:0)", object_id=object_id), media())
    refused(again, 400, "exists already: leave it out, or POST the Segment alone")
    assert httpx.get(listed["get_urls"][0]["url"]).content == MEDIA
    added(api, flow, {"object_id": object_id, "timerange": "[1:0_2:0)", "ts_offset": "1:0"})


def test_bytes_of_every_kind_arrive_as_they_are(api: httpx.Client, flow: Json) -> None:
    content = bytes(range(256)) * 40 + b"\r\n--\r\n" + os.urandom(1_000_000)

    uploaded(api, flow, segment(), media(content))

    (listed,) = segments_of(api, flow)
    assert httpx.get(listed["get_urls"][0]["url"]).content == content


def test_init_objects_are_named_as_in_any_segment(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(init_segments=True, container="video/iso.segment")
    (init,) = make.objects(flow["id"], 1, content_type="video/mp4")
    part = media(kind="video/iso.segment")

    refused(upload(api, flow, segment(), part), 400, "init_object_id is required")
    made = uploaded(api, flow, segment(init_object_id=init), part)

    assert made["init_object"]["id"] == init


def body_bytes(*parts: tuple[str, Any]) -> int:
    request = httpx.Request("POST", "http://x", files=list(parts))
    return len(request.read())


def test_the_largest_body_there_may_be_is_taken(
    api: httpx.Client, flow: Json, services: Services, backends: Backends
) -> None:
    """With as many bytes of headers as API Gateway takes."""
    rest = body_bytes(segment(), media(b""))
    content = os.urandom(BINARY_BYTES_MAX - rest)
    parts = [segment(), media(content)]
    path, headers = f"/flows/{flow['id']}/segments", {"X-Padding": '"' * 9_500}

    over = api.post(path, files=[segment(), media(content + b"1")])
    assert segments_of(api, flow) == []
    taken = api.post(path, files=parts, headers=headers)

    assert taken.status_code == 201, taken.text
    (listed,) = segments_of(api, flow)
    assert httpx.get(listed["get_urls"][0]["url"]).content == content
    refused(over, 413, f"the limit is {BINARY_BYTES_MAX}")
    assert over.json()["type"] == "RequestTooLarge"
    assert "POST /flows/{flowId}/storage" in over.json()["summary"]


@pytest.mark.parametrize("megabytes", [5, 11])
def test_far_more_is_refused_by_the_gateway(api: httpx.Client, flow: Json, megabytes: int) -> None:
    answer = upload(api, flow, segment(), media(bytes(megabytes * 1024 * 1024)))

    assert (answer.status_code, answer.json()["type"]) == (413, "RequestTooLarge")
    assert "POST /flows/{flowId}/storage" in answer.json()["summary"]
    assert segments_of(api, flow) == []


def test_json_is_read_as_before_whatever_else_the_type_says(
    api: httpx.Client, flow: Json, make: Maker
) -> None:
    (object_id,) = make.objects(flow["id"], 1)
    body = json.dumps({"object_id": object_id, "timerange": "[0:0_1:0)"})
    headers = {"Content-Type": "text/plain"}

    answer = api.post(f"/flows/{flow['id']}/segments", content=body, headers=headers)

    assert answer.status_code == 201
    assert "Location" not in answer.headers
