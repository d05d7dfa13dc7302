"""Large and small bodies both ways: limits, compression, and pages that end when a response is full."""

import gzip
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tams.api.answer_encoding import GZIP_BYTES_MIN
from tams.api.payload import ANSWER_BYTES_MAX, payload_bytes
from tests.contract.steps import Json, added, post
from tests.maker import Maker

MB = 1_000_000


def external(at: int, urls: int, url_bytes: int) -> Json:
    """A Segment of one second on media elsewhere, with long URLs."""
    links = [
        {"url": f"https://cdn.example.com/{uuid4()}/{n}/".ljust(url_bytes, "x"), "label": str(n)}
        for n in range(urls)
    ]
    timerange = f"[{at}:0_{at + 1}:0)"
    return {"object_id": str(uuid4()), "timerange": timerange, "get_urls": links}


def pages(api: httpx.Client, path: str, **query: Any) -> list[httpx.Response]:
    """Every page, without compression."""
    plain = {"Accept-Encoding": "identity"}
    found = [api.get(path, params=query, headers=plain)]
    while "next" in found[-1].links:
        found.append(api.get(found[-1].links["next"]["url"], headers=plain))
    for page in found:
        assert page.status_code == 200, page.text[:300]
        assert payload_bytes(page.content) <= ANSWER_BYTES_MAX
    return found


def test_a_page_ends_where_an_answer_is_full(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    segments = [external(at, 8, 2_000) for at in range(500)]  # 8 MB
    for start in (0, 250):
        added(api, flow, *segments[start : start + 250])
    path = f"/flows/{flow['id']}/segments"
    expected = [each["timerange"] for each in segments]

    for reverse in ("false", "true"):
        query = {"limit": 1000, "reverse_order": reverse}
        found = pages(api, path, **query)
        listed = [each["timerange"] for page in found for each in page.json()]
        assert listed == (expected[::-1] if reverse == "true" else expected)
        assert len(found) == 2
        first, head = found[0], api.head(path, params=query)
        assert int(first.headers["X-Paging-Count"]) == len(first.json()) < 500
        assert first.headers["X-Paging-Limit"] == "1000"
        for name in ("Link", "X-Paging-Count", "X-Paging-NextKey", "X-Paging-Timerange", "Vary"):
            assert head.headers[name] == first.headers[name], name
    ids_only = api.get(path, params={"limit": 1000, "accept_get_urls": ""})
    assert len(ids_only.json()) == 500


def test_listings_end_there_too(api: httpx.Client, make: Maker) -> None:
    label = str(uuid4())
    flows = [make.flow(label=label, description="y" * 100_000)["id"] for _ in range(64)]

    found = pages(api, "/flows", label=label, limit=1000)

    assert [each["id"] for page in found for each in page.json()] == flows[::-1]
    assert len(found) == 2
    assert int(found[0].headers["X-Paging-Count"]) == len(found[0].json())


def test_a_list_of_more_than_5_mb_is_taken(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    segments = [external(at, 2, 1_700) for at in range(1_500)]
    assert len(json.dumps(segments)) > 5.2 * MB

    assert post(api, flow, segments).status_code == 201

    found = pages(api, f"/flows/{flow['id']}/segments", limit=1000)
    assert sum(len(page.json()) for page in found) == 1_500


@pytest.mark.parametrize("body_bytes", [4.5 * MB, 6.5 * MB, 11 * MB], ids=str)
def test_every_body_that_is_too_large_is_refused_alike(
    api: httpx.Client, make: Maker, body_bytes: float
) -> None:
    flow = make.flow()

    answer = api.put(f"/flows/{flow['id']}/label", json="x" * int(body_bytes))

    assert answer.status_code == 413
    assert answer.json()["type"] == "RequestTooLarge"
    assert "bytes" in answer.json()["summary"]


def test_a_list_that_is_too_large_is_refused_like_that(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()

    answer = post(api, flow, [external(at, 2, 2_000) for at in range(1_700)])

    assert answer.status_code == 413
    assert answer.json()["type"] == "RequestTooLarge"


def test_a_list_whose_faults_no_answer_can_hold_stores_nothing(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    path = f"/flows/{flow['id']}/segments"
    (good,) = make.objects(flow["id"], 1)
    missing = [
        {"object_id": "nowhere", "timerange": f"[{at}:0_{at + 1}:0)"} for at in range(1, 14_001)
    ]

    answer = api.post(path, json=[{"object_id": good, "timerange": "[0:0_1:0)"}, *missing])

    assert answer.status_code == 400
    assert "14000 of 14001 Segments were rejected" in answer.json()["message"]
    assert api.get(path).json() == []


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip", "GZIP"])
def test_a_compressed_body_is_refused(api: httpx.Client, make: Maker, coding: str) -> None:
    flow = make.flow()
    body = gzip.compress(b'"label"')

    for path in (f"/flows/{flow['id']}/label", f"/flows/{flow['id']}"):
        answer = api.put(path, content=body, headers={"Content-Encoding": coding})
        assert answer.status_code == 415
        assert answer.json()["type"] == "UnsupportedContentEncoding"
        assert answer.headers["Accept-Encoding"] == "identity"


def test_identity_is_no_compression(api: httpx.Client, make: Maker) -> None:
    path = f"/flows/{make.flow()['id']}/label"

    answer = api.put(path, content=b'"label"', headers={"Content-Encoding": "identity"})

    assert answer.status_code == 204
    assert api.get(path).json() == "label"


def test_answers_are_gzipped_for_clients_that_ask(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    make.segments(flow["id"], 30)
    path = f"/flows/{flow['id']}/segments"

    zipped = api.get(path, headers={"Accept-Encoding": "gzip"})
    plain = {
        accepted: api.get(path, headers={"Accept-Encoding": accepted})
        for accepted in ("identity", "gzip;q=0", "br")
    }
    small = api.get(f"/flows/{flow['id']}", headers={"Accept-Encoding": "gzip"})
    head = api.head(path, headers={"Accept-Encoding": "gzip"})

    assert zipped.headers["Content-Encoding"] == "gzip"
    assert int(zipped.headers["Content-Length"]) == zipped.num_bytes_downloaded
    assert zipped.num_bytes_downloaded < len(zipped.content) / 3
    assert len(zipped.json()) == 30
    for answer in (*plain.values(), small, head):
        assert "Content-Encoding" not in answer.headers
    for answer in (zipped, *plain.values(), small, head):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(small.content) < GZIP_BYTES_MIN
    ids = [[each["object_id"] for each in answer.json()] for answer in (zipped, *plain.values())]
    assert all(each == ids[0] for each in ids), "URLs may be signed anew"


def test_a_stream_of_events_is_never_compressed(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(description="x" * GZIP_BYTES_MIN)
    query = {"flow_ids": flow["id"], "follow": "sse"}

    answer = api.get("/events", params=query, headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert "Content-Encoding" not in answer.headers
    assert "event: flows/created" in answer.text


def test_a_list_of_segments_far_apart_is_taken_and_announced_in_parts(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    segments = [external(at * 10, 1, 60) for at in range(1_100)]

    assert post(api, flow, segments).status_code == 201

    path = f"/events?flow_ids={flow['id']}&event_types=flows/segments_added&wait=20&limit=10"
    told: list[str] = []
    sizes: list[int] = []
    while len(told) < 1_100:
        answer = api.get(path)
        for event in answer.json():
            sizes.append(len(event["event"]["segments"]))
            told += [each["timerange"] for each in event["event"]["segments"]]
        path = answer.links["next"]["url"]
    assert sorted(told) == sorted(each["timerange"] for each in segments)
    assert sorted(sizes) == [100, 1_000]


@pytest.mark.soak
def test_45_000_segments_in_one_list_are_taken(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    objects = [each for _ in range(45) for each in make.objects(flow["id"], 1_000)]
    segments = [
        {"object_id": each, "timerange": f"[{at}:0_{at + 1}:0)", "key_frame_count": 1}
        for at, each in enumerate(objects)
    ]
    assert len(json.dumps(segments)) > 4.9 * MB

    assert post(api, flow, segments).status_code == 201

    last = api.get(f"/flows/{flow['id']}/segments", params={"reverse_order": "true", "limit": 1})
    assert last.json()[0]["timerange"] == "[44999:0_45000:0)"
