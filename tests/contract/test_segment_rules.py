"""SEG-34…47: what a Segment says about its Object, and what registering it changes."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.steps import (
    Json,
    added,
    flow_of,
    post,
    segment,
    segments_of,
    timeranges,
)
from tests.maker import Maker
from tests.waiting import next_second


@pytest.fixture
def object_id(make: Maker, flow: Json) -> str:
    """Allocated for the Flow."""
    return make.objects(flow["id"], 1)[0]


def object_timeranges(api: httpx.Client, flow: Json) -> list[str]:
    listed = segments_of(api, flow, include_object_timerange="true")
    return [each["object_timerange"] for each in listed]


def test_SEG_34_an_objects_timerange_is_the_first_segments_moved_back_by_its_offset(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    added(api, flow, segment(object_id, 10, 20, ts_offset="-5:0"))

    assert object_timeranges(api, flow) == ["[15:0_25:0)"]
    assert api.get(f"/objects/{object_id}").json()["timerange"] == "[15:0_25:0)"


def test_SEG_35_a_part_of_a_new_object_is_used_by_telling_its_whole_timerange(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    added(api, flow, segment(object_id, 2, 4, object_timerange="[0:0_10:0)"))
    added(api, flow, segment(object_id, 100, 110, ts_offset="100:0"))

    assert timeranges(segments_of(api, flow)) == ["[2:0_4:0)", "[100:0_110:0)"]
    assert object_timeranges(api, flow) == ["[0:0_10:0)"] * 2


@pytest.mark.parametrize(
    ("start", "end", "offset", "status"),
    [
        (0, 10, "0:0", 201),
        (3, 4, "0:0", 201),
        (100, 110, "100:0", 201),
        (100, 110, "99:0", 400),
        (0, 11, "0:0", 400),
        (100, 110, "0:0", 400),
        (0, 1, "1:0", 400),
    ],
)
def test_SEG_36_a_segment_uses_no_more_than_its_object_has(
    api: httpx.Client,
    make: Maker,
    flow: Json,
    object_id: str,
    start: int,
    end: int,
    offset: str,
    status: int,
) -> None:
    first = make.flow()
    (known,) = make.objects(first["id"], 1)
    added(api, first, segment(known, 0, 10))

    reused = segment(known, start, end, ts_offset=offset)
    new = segment(object_id, start, end, ts_offset=offset, object_timerange="[0:0_10:0)")

    assert post(api, make.flow(), reused).status_code == status
    assert post(api, flow, new).status_code == status


@pytest.mark.parametrize(
    ("name", "same", "other"),
    [
        ("object_timerange", "[0:0_10:0)", "[0:0_9:0)"),
        ("key_frame_count", 4, 5),
    ],
)
def test_SEG_37_what_is_known_of_an_object_does_not_change(
    api: httpx.Client, make: Maker, flow: Json, object_id: str, name: str, same: Any, other: Any
) -> None:
    added(api, flow, segment(object_id, 0, 10, key_frame_count=4))
    again = make.flow()

    assert post(api, again, segment(object_id, 0, 5, **{name: other})).status_code == 400
    assert post(api, again, segment(object_id, 0, 5, **{name: same})).status_code == 201
    assert segments_of(api, again)[0]["key_frame_count"] == 4
    assert object_timeranges(api, again) == ["[0:0_10:0)"]


def test_SEG_38_urls_are_given_with_labels_and_those_of_ours_are_added(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    url = {"url": "https://cdn.example.com/1.ts", "label": "cdn"}
    for bad in ({"url": url["url"]}, {"label": "cdn"}, {**url, "label": 1}, "x"):
        assert post(api, flow, segment(object_id, 0, 1, get_urls=[bad])).status_code == 400

    added(api, flow, segment(object_id, 0, 1, get_urls=[url]))

    (listed,) = segments_of(api, flow)
    assert [each["label"] for each in listed["get_urls"]] == ["local", "cdn"]
    assert url.items() <= listed["get_urls"][1].items()


def test_SEG_39_a_label_names_one_url_only(api: httpx.Client, flow: Json, object_id: str) -> None:
    url = {"url": "https://cdn.example.com/1.ts", "label": "cdn"}
    ours = {**url, "label": "archive"}
    twice = [url, {**url, "url": "https://cdn.example.com/2.ts"}]

    for urls in ([ours], twice):
        response = post(api, flow, segment(object_id, 0, 1, get_urls=urls))
        assert response.status_code == 400
        assert "label" in response.json()["summary"]
    assert segments_of(api, flow) == []


def test_SEG_41_the_last_duration_is_never_negative(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    assert post(api, flow, segment(object_id, 0, 1, last_duration="-0:1")).status_code == 400
    assert post(api, flow, segment(object_id, 0, 1, last_duration="0:0")).status_code == 201


def test_SEG_42_media_is_uploaded_and_served_with_the_type_of_the_flows_container(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow(container="video/iso.segment")
    (allocated,) = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1}).json()[
        "media_objects"
    ]
    put_url = allocated["put_url"]
    assert put_url["content-type"] == "video/iso.segment"

    headers = {"Content-Type": put_url["content-type"]}
    assert httpx.put(put_url["url"], content=b"media", headers=headers).status_code == 200
    added(api, flow, segment(allocated["object_id"], 0, 1))

    (url,) = segments_of(api, flow)[0]["get_urls"]
    fetched = httpx.get(url["url"])
    assert (fetched.content, fetched.headers["Content-Type"]) == (b"media", "video/iso.segment")


def test_SEG_44_a_segment_is_changed_by_deleting_it_first(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    (first,) = added(api, flow, segment(object_id, 0, 10, object_timerange="[0:0_10:0)"))

    assert post(api, flow, {**first, "sample_count": 9}).status_code == 400
    assert post(api, flow, segment(object_id, 0, 5)).status_code == 400
    added(api, flow, segment(object_id, 20, 30, ts_offset="20:0"))
    query = {"timerange": "[0:0_10:0)"}
    assert api.delete(f"/flows/{flow['id']}/segments", params=query).status_code == 204
    assert post(api, flow, segment(object_id, 0, 5)).status_code == 201


def test_SEG_45_registering_changes_the_timeline_and_not_the_metadata(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    before = flow_of(api, flow, include_timerange="true")
    next_second()

    added(api, flow, segment(object_id, 5, 6))

    after = flow_of(api, flow, include_timerange="true")
    assert (before["timerange"], after["timerange"]) == ("()", "[5:0_6:0)")
    assert after["segments_updated"] > after["metadata_updated"]
    for name in ("metadata_updated", "metadata_version", "created"):
        assert after[name] == before[name]


def test_SEG_46_a_new_instance_shows_in_every_segment_that_uses_the_object(
    api: httpx.Client, make: Maker, flow: Json, object_id: str
) -> None:
    other = make.flow()
    added(api, flow, segment(object_id, 0, 1))
    added(api, other, segment(object_id, 0, 1))

    instance = {"url": f"https://cdn.example.com/{uuid4()}", "label": "cdn"}
    assert api.post(f"/objects/{object_id}/instances", json=instance).status_code == 201

    for each in (flow, other):
        (listed,) = segments_of(api, each)
        assert [url["label"] for url in listed["get_urls"]] == ["local", "cdn"]


def test_SEG_47_segments_tell_nothing_of_their_making(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    added(api, flow, segment(object_id, 0, 1, created="2020-01-01T00:00:00Z", created_by="me"))

    (listed,) = segments_of(api, flow)
    assert listed.keys() == {"object_id", "timerange", "get_urls"}


def test_a_segment_beyond_its_object_is_told_what_the_object_holds(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    added(api, flow, segment(object_id, 0, 2))

    refused = post(api, flow, segment(object_id, 10, 11, ts_offset="4:0"))

    assert refused.status_code == 400
    assert refused.json()["summary"].startswith(
        "the Object holds only [0:0_2:0); with this ts_offset the Segment needs [6:0_7:0)"
    )
