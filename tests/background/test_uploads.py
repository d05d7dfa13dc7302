"""Uploads that register their own Segments, announced by S3 once, twice or not at all."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest

from local.parts import NAMES
from local.stack import Stack
from tams.models.upload import Upload
from tams.object_stores.object_keys import object_key
from tams.timing.microseconds import to_us
from tests.maker import Maker
from tests.services import Services, services_on
from tests.stacks import UNHURRIED, new_stack
from tests.waiting import until

Json = dict[str, Any]


def asked(api: httpx.Client, flow: Json, *segments: Json) -> list[Json]:
    """Storage for uploads that are to register these Segments."""
    response = api.post(f"/flows/{flow['id']}/storage", json={"segments": segments})
    assert response.status_code == 201, response.text
    found: list[Json] = response.json()["media_objects"]
    return found


def upload(entry: Json, content: bytes = b"media", **other: str) -> int:
    put_url = entry["put_url"]
    headers = {"Content-Type": put_url["content-type"], **put_url.get("headers", {}), **other}
    return httpx.put(put_url["url"], content=content, headers=headers).status_code


def segments_of(api: httpx.Client, flow: Json) -> list[Json]:
    found: list[Json] = api.get(f"/flows/{flow['id']}/segments").json()
    return found


def why_not(api: httpx.Client, object_id: str) -> str:
    response = api.get(f"/objects/{object_id}")
    assert response.status_code == 404
    summary: str = response.json()["summary"]
    return summary


def test_an_upload_registers_its_segment(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    wanted = {
        "timerange": "[10:0_12:0)",
        "ts_offset": "10:0",
        "object_timerange": "[0:0_2:0)",
        "sample_offset": 1,
        "sample_count": 50,
        "key_frame_count": 2,
    }
    (entry,) = asked(api, flow, wanted)

    assert upload(entry, b"the media") == 200

    until(lambda: bool(segments_of(api, flow)))
    (segment,) = segments_of(api, flow)
    told = {key: segment[key] for key in wanted if key in segment}
    assert told == {key: wanted[key] for key in told}
    assert {"timerange", "ts_offset", "key_frame_count"} <= told.keys()
    assert httpx.get(segment["get_urls"][0]["url"]).content == b"the media"


def test_an_upload_that_leaves_the_headers_out_is_refused_by_s3(
    api: httpx.Client, make: Maker
) -> None:
    (entry,) = asked(api, make.flow(), {"timerange": "[0:0_1:0)"})

    del entry["put_url"]["headers"]

    assert upload(entry) == 403
    assert "nothing has been uploaded yet" in why_not(api, entry["object_id"])


def test_what_cannot_be_a_segment_by_then_is_told_at_the_object(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    (entry,) = asked(api, flow, {"timerange": "[1:0_3:0)"})
    make.segments(flow["id"], 1)

    assert upload(entry) == 200

    until(lambda: "overlaps" in why_not(api, entry["object_id"]))
    other = {"object_id": entry["object_id"], "timerange": "[4:0_6:0)"}
    assert api.post(f"/flows/{flow['id']}/segments", json=other).status_code == 201
    assert api.get(f"/objects/{entry['object_id']}").status_code == 200


def test_bytes_that_ask_for_nothing_are_noted(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    (entry,) = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1}).json()["media_objects"]

    assert upload(entry, b"12345") == 200

    until(lambda: "its 5 bytes have been uploaded" in why_not(api, entry["object_id"]))
    assert segments_of(api, flow) == []


def put_with_own_keys(stack: Stack, object_id: str, **metadata: str) -> None:
    """As a client does that has credentials of its own for the bucket."""
    keys = stack.s3_credentials
    s3 = boto3.client(
        "s3",
        endpoint_url=stack.s3_url,
        region_name="us-east-1",
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
    )
    told = {f"tams-{name.replace('_', '-')}": value for name, value in metadata.items()}
    s3.put_object(Bucket=stack.s3_bucket, Key=object_key(object_id), Body=b"x", Metadata=told)


def test_an_upload_of_somebody_unknown_names_init_objects_of_its_own_flow_only(
    stack: Stack, api: httpx.Client, make: Maker
) -> None:
    """Nobody was asked whether its sender may read another's."""
    ours, theirs = make.flow(init_segments=True), make.flow(init_segments=True)
    init, good, bad = make.objects(ours["id"], 3)
    (hidden,) = make.objects(theirs["id"], 1)
    for each in (init, hidden):
        put_with_own_keys(stack, each)

    put_with_own_keys(stack, bad, timerange="[0:0_1:0)", init_object_id=hidden)
    put_with_own_keys(stack, good, timerange="[1:0_2:0)", init_object_id=init)

    until(lambda: [it["object_id"] for it in segments_of(api, ours)] == [good])
    until(lambda: f"init_object_id {hidden!r} does not exist" in why_not(api, bad))


@pytest.fixture(scope="module")
def unannounced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack in which nobody tells of uploads."""
    parts = [name for name in NAMES if name != "poller"]
    data = tmp_path_factory.mktemp("unannounced")
    with new_stack(data, only=parts, workers=1, env=UNHURRIED) as stack:
        yield stack


@pytest.fixture
def untold(
    unannounced: Stack, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[httpx.Client, Services]]:
    """A client of that stack, and the services of its functions."""
    with httpx.Client(base_url=unannounced.api_url, timeout=120) as api:
        yield api, services_on(unannounced, monkeypatch)


def told(object_id: str, at: datetime, size: int = 5) -> Upload:
    return Upload("tams-media", object_key(object_id), size, "e", to_us(at))


def test_what_s3_tells_twice_late_or_of_others_changes_nothing(
    untold: tuple[httpx.Client, Services],
) -> None:
    api, services = untold
    flow = Maker(api).flow()
    spans = [f"[{at}:0_{at + 1}:0)" for at in range(6)]
    entries = asked(api, flow, *({"timerange": span} for span in spans))
    assert [upload(entry) for entry in entries] == [200] * 6
    now = datetime.now(UTC)
    bucket = httpx.URL(entries[0]["put_url"]["url"]).path.split("/")[1]
    messages = [replace(told(entry["object_id"], now), bucket=bucket) for entry in entries] * 3
    messages += [told(str(uuid4()), now), Upload(bucket, "elsewhere/a", 1, "e", 1)]
    random.Random(4).shuffle(messages)

    for message in messages:
        assert services.uploads.take([message]) == []
    assert services.uploads.take(messages) == []

    assert [each["timerange"] for each in segments_of(api, flow)] == spans
    assert api.delete(f"/flows/{flow['id']}/segments").status_code == 204
    assert services.uploads.take(messages) == []
    assert segments_of(api, flow) == [], "what was deleted does not come back"


def test_an_upload_that_nobody_told_of_is_found(untold: tuple[httpx.Client, Services]) -> None:
    api, services = untold
    flow = Maker(api).flow()
    entry, never = asked(api, flow, {"timerange": "[0:0_1:0)"}, {"timerange": "[1:0_2:0)"})
    assert upload(entry) == 200

    assert services.uploads.sweep() == 0, "S3 is given time to tell"
    later = datetime.now(UTC) + timedelta(minutes=2)
    assert replace(services.uploads, clock=lambda: later).sweep() == 1

    assert [each["timerange"] for each in segments_of(api, flow)] == ["[0:0_1:0)"]
    assert "nothing has been uploaded yet" in why_not(api, never["object_id"])
