"""SEG-26: a client that lost the response posts its Segments again, and they exist once."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.conftest import Subscribe
from tests.contract.steps import (
    Json,
    added,
    arrived,
    flow_of,
    post,
    segment,
    segments_of,
    timeranges,
)
from tests.maker import Maker
from tests.receiver import Receiver

CDN = {"url": "https://cdn.example.com/1", "label": "cdn"}
OTHER_URL = {"url": "https://cdn.example.com/2", "label": "cdn"}

BARE: Json = {}
FULL: Json = {
    "ts_offset": "-1:0",
    "object_timerange": "[0:0_20:0)",
    "last_duration": "0:40000000",
    "sample_offset": 25,
    "sample_count": 50,
    "key_frame_count": 2,
    "get_urls": [CDN],
}


@pytest.mark.parametrize("fields", [BARE, FULL], ids=["bare", "full"])
def test_a_segment_posted_again_is_a_success_and_changes_nothing(
    api: httpx.Client,
    make: Maker,
    flow: Json,
    fields: Json,
    subscribe: Subscribe,
    inbox: Receiver,
) -> None:
    first, second, third = make.objects(flow["id"], 3)
    subscribe(inbox, flow["source_id"])
    one = segment(first, 0, 2, **fields)
    two = segment(second, 2, 4, **fields)
    assert post(api, flow, one).status_code == 201
    added(api, flow, two)
    before = flow_of(api, flow, include_timerange="true"), segments_of(api, flow)

    for body in (one, [one], [two, one, one]):
        response = post(api, flow, body)
        assert (response.status_code, response.content) == (201, b"")
    now = flow_of(api, flow, include_timerange="true"), _unsigned(segments_of(api, flow))

    assert now == (before[0], _unsigned(before[1]))
    added(api, flow, one, segment(third, 4, 6), two, segment(third, 4, 6))
    assert timeranges(segments_of(api, flow)) == ["[0:0_2:0)", "[2:0_4:0)", "[4:0_6:0)"]
    told = arrived(inbox, "flows/segments_added", 3)
    assert [timeranges(each.event["segments"]) for each in told] == [
        ["[0:0_2:0)"],
        ["[2:0_4:0)"],
        ["[4:0_6:0)"],
    ]


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        (BARE, {"ts_offset": "0:1"}),
        (BARE, {"last_duration": "0:1"}),
        (BARE, {"sample_offset": 1}),
        (BARE, {"sample_count": 1}),
        (BARE, {"object_timerange": "[0:0_20:0)"}),
        (BARE, {"key_frame_count": 1}),
        (BARE, {"init_object_id": "init"}),
        (BARE, {"get_urls": [CDN]}),
        (FULL, {"ts_offset": "-2:0"}),
        (FULL, {"sample_count": 49}),
        (FULL, {"key_frame_count": 3}),
        (FULL, {"get_urls": [OTHER_URL]}),
    ],
)
def test_a_segment_that_differs_in_anything_is_refused_with_what_is_there(
    api: httpx.Client, make: Maker, flow: Json, given: Json, changed: Json
) -> None:
    (object_id,) = make.objects(flow["id"], 1)
    here = segment(object_id, 0, 2, **given)
    added(api, flow, here)

    response = post(api, flow, {**here, **changed})
    listed = post(api, flow, [{**here, **changed}, here])

    assert response.status_code == 400
    (failed,) = listed.json()["failed_segments"]
    for told in (response.json(), failed["error"]):
        assert "overlaps an existing segment" in told["summary"]
        assert f"[0:0_2:0) of Object '{object_id}'" in told["summary"]
        assert told["summary"].endswith(f"differs in {next(iter(changed))}")
    assert len(segments_of(api, flow)) == 1


@pytest.mark.parametrize(
    ("given", "again"),
    [
        (BARE, {"ts_offset": "0:0", "sample_offset": 0, "object_timerange": "[0:0_2:0)"}),
        ({"ts_offset": "0:0", "sample_offset": 0}, BARE),
        ({"key_frame_count": 2, "get_urls": [CDN]}, {"get_urls": []}),
        ({"object_timerange": "[0:0_20:0)"}, BARE),
    ],
)
def test_what_may_be_left_out_makes_no_difference(
    api: httpx.Client, make: Maker, flow: Json, given: Json, again: Json
) -> None:
    (object_id,) = make.objects(flow["id"], 1)
    here = segment(object_id, 0, 2)
    added(api, flow, {**here, **given})

    assert post(api, flow, {**here, **again}).status_code == 201
    assert len(segments_of(api, flow)) == 1


def test_another_object_at_the_same_time_is_refused(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    there, other = make.objects(flow["id"], 2)
    added(api, flow, segment(there, 0, 2))

    response = post(api, flow, segment(other, 0, 2))

    assert response.status_code == 400
    assert f"of Object '{there}', which differs in object_id" in response.json()["summary"]


def test_an_object_of_somebody_elses_and_a_segment_with_an_init_object_are_repeated_too(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    fragmented = make.flow(init_segments=True, container="video/iso.segment")
    init, media = make.objects(fragmented["id"], 2)
    theirs = segment(f"theirs/{uuid4()}", 0, 1, get_urls=[CDN])
    ours = segment(media, 0, 1, init_object_id=init)

    for into, body in ((flow, theirs), (fragmented, ours), (flow, theirs), (fragmented, ours)):
        assert post(api, into, body).status_code == 201
    assert post(api, fragmented, segment(media, 0, 1)).status_code == 201
    refused = post(api, fragmented, {**ours, "init_object_id": "another"})

    assert refused.status_code == 400
    assert len(segments_of(api, flow)) == len(segments_of(api, fragmented)) == 1


def test_a_deleted_segment_can_be_posted_again_and_is_new(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (object_id,) = make.objects(flow["id"], 1)
    other = make.flow()
    here = segment(object_id, 0, 2)
    added(api, flow, here)
    added(api, other, here)

    assert api.delete(f"/flows/{flow['id']}/segments").status_code == 204
    assert segments_of(api, flow) == []
    assert post(api, flow, here).status_code == 201

    assert timeranges(segments_of(api, flow)) == ["[0:0_2:0)"]


def test_a_read_only_flow_takes_no_repeated_segment_either(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (object_id,) = make.objects(flow["id"], 1)
    added(api, flow, segment(object_id, 0, 2))
    assert api.put(f"/flows/{flow['id']}/read_only", json=True).status_code == 204

    assert post(api, flow, segment(object_id, 0, 2)).status_code == 403


def _unsigned(segments: list[Json]) -> list[Any]:
    """Without the signatures of URLs, which differ in every response."""
    return [
        {**each, "get_urls": [url["url"].partition("?")[0] for url in each["get_urls"]]}
        for each in segments
    ]
