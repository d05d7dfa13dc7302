"""SEG-21…28: how lists of Segments, and single Segments, fail."""

from typing import Any

import httpx
import pytest

from tests.contract.steps import Json, added, flow_of, post, segment, segments_of, timeranges
from tests.maker import Maker


@pytest.fixture
def objects(make: Maker, flow: Json) -> list[str]:
    """Three Objects allocated for the Flow."""
    return make.objects(flow["id"], 3)


def failed(response: httpx.Response) -> list[tuple[str, str]]:
    """Which Segments of a list were not taken."""
    assert response.status_code == 200, response.text
    entries = response.json()["failed_segments"]
    return [(each["object_id"], each["timerange"]) for each in entries]


@pytest.mark.parametrize(
    "fields",
    [
        {"timerange": "[9:0_11:0)"},
        {"object_id": "nobody's"},
        {"object_timerange": "[0:0_1:0)"},
        {"last_duration": "-0:1"},
    ],
    ids=["overlap", "unknown Object", "outside its Object", "negative duration"],
)
def test_SEG_21_a_single_segment_that_fails_is_an_error_and_in_a_list_it_is_an_entry(
    api: httpx.Client, flow: Json, objects: list[str], fields: dict[str, Any]
) -> None:
    added(api, flow, segment(objects[0], 0, 10))
    bad = {**segment(objects[1], 20, 30), **fields}

    alone = post(api, flow, bad)

    assert alone.status_code == 400
    assert alone.json()["summary"]
    assert failed(post(api, flow, [bad])) == [(bad["object_id"], bad["timerange"])]
    assert timeranges(segments_of(api, flow)) == ["[0:0_10:0)"]


@pytest.mark.parametrize(
    "off",
    [
        {"timerange": "[10:0_20:0)"},
        {"object_id": "x"},
        {"object_id": 1, "timerange": "[10:0_20:0)"},
        {"object_id": "x", "timerange": "soon"},
        {"object_id": "x", "timerange": "[10:0_20:0)", "key_frame_count": "1"},
        {"object_id": "x", "timerange": "[10:0_20:0)", "get_urls": [{"url": "https://a/1"}]},
        "x",
        None,
        [],
    ],
)
def test_SEG_22_an_element_off_the_schema_spoils_the_whole_list(
    api: httpx.Client, flow: Json, objects: list[str], off: object
) -> None:
    good = segment(objects[0], 0, 10)

    for body in ([off, good], [good, off]):
        assert post(api, flow, body).status_code == 400

    assert segments_of(api, flow) == []
    assert post(api, flow, [good]).status_code == 201


def test_SEG_23_an_empty_list_changes_nothing(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    added(api, flow, segment(objects[0], 0, 10))
    before = flow_of(api, flow, include_timerange="true")

    response = post(api, flow, [])

    assert response.status_code == 201
    assert response.content == b""
    assert flow_of(api, flow, include_timerange="true") == before
    assert timeranges(segments_of(api, flow)) == ["[0:0_10:0)"]


def test_SEG_24_of_two_segments_of_a_list_that_overlap_the_later_fails(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    later_in_time, earlier_in_time = segment(objects[0], 5, 15), segment(objects[1], 0, 10)
    beside_both = segment(objects[2], 15, 20)

    response = post(api, flow, [later_in_time, earlier_in_time, beside_both])

    assert failed(response) == [(objects[1], "[0:0_10:0)")]
    assert timeranges(segments_of(api, flow)) == ["[5:0_15:0)", "[15:0_20:0)"]


def test_SEG_24_a_segment_that_failed_is_in_nobodys_way(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    fails = segment(objects[0], 0, 10, object_timerange="[0:0_5:0)")
    same_place = segment(objects[1], 0, 10)
    same_object = segment(objects[0], 10, 20)

    response = post(api, flow, [fails, same_place, same_object])

    assert failed(response) == [(objects[0], "[0:0_10:0)")]
    assert timeranges(segments_of(api, flow)) == ["[0:0_10:0)", "[10:0_20:0)"]


def test_SEG_24_what_a_list_says_of_an_object_first_binds_the_rest_of_it(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    urls = [[{"url": f"https://cdn.example.com/{n}.ts", "label": "cdn"}] for n in range(2)]
    first = segment(objects[0], 0, 10, key_frame_count=4, get_urls=urls[0])
    again = segment(objects[0], 10, 20, ts_offset="10:0")
    others = [
        segment(objects[0], 30, 40, ts_offset="30:0", key_frame_count=5),
        segment(objects[0], 40, 50, ts_offset="40:0", object_timerange="[0:0_20:0)"),
        segment(objects[0], 50, 65, ts_offset="50:0"),
        segment(objects[0], 70, 80, ts_offset="70:0", get_urls=urls[1]),
    ]

    response = post(api, flow, [first, again, *others])

    assert failed(response) == [(each["object_id"], each["timerange"]) for each in others]
    listed = segments_of(api, flow)
    assert timeranges(listed) == ["[0:0_10:0)", "[10:0_20:0)"]
    assert [each["key_frame_count"] for each in listed] == [4, 4]
    for each in listed:
        assert [url["label"] for url in each["get_urls"]] == ["local", "cdn"]


@pytest.mark.parametrize(
    "timerange", ["_", "[0:0_", "_1:0)", "()", "", "[5:0_3:0)", "[5:0_5:0)", "[5:0)"]
)
def test_SEG_28_an_endless_or_empty_segment_of_a_list_fails_alone(
    api: httpx.Client, flow: Json, objects: list[str], timerange: str
) -> None:
    bad = {"object_id": objects[0], "timerange": timerange}

    response = post(api, flow, [bad, segment(objects[1], 0, 1)])

    assert response.status_code == 200
    assert [each["object_id"] for each in response.json()["failed_segments"]] == [objects[0]]
    assert timeranges(segments_of(api, flow)) == ["[0:0_1:0)"]


def test_SEG_40_urls_given_further_on_in_a_list_show_in_the_segments_before(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    urls = [{"url": "https://cdn.example.com/1.ts", "label": "cdn"}]
    first = segment(objects[0], 0, 10)
    again = segment(objects[0], 10, 20, ts_offset="10:0", get_urls=urls)

    added(api, flow, first, again)

    for each in segments_of(api, flow):
        assert [url["label"] for url in each["get_urls"]] == ["local", "cdn"]
