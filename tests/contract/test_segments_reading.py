"""SEG-1…15: listing Segments."""

from uuid import uuid4

import httpx
import pytest

from tests.contract.steps import Json, added, post, segment, segments_of, timeranges
from tests.maker import Maker, all_pages

WHOLE = ["[0:0_10:0)", "[10:0_20:0)", "[20:0_30:0)"]


@pytest.fixture
def flow(api: httpx.Client, make: Maker) -> Json:
    """Three Segments of ten seconds, posted out of order."""
    made: Json = make.flow()
    objects = make.objects(made["id"], 3)
    starts = (20, 0, 10)
    segments = zip(objects, starts, strict=True)
    added(api, made, *(segment(object_id, start, start + 10) for object_id, start in segments))
    return made


def test_SEG_1_segments_are_listed_in_the_order_of_time(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    assert timeranges(segments_of(api, flow)) == WHOLE
    assert segments_of(api, make.flow()) == []


def test_SEG_2_an_unknown_flow_has_no_segments_and_an_impossible_one_is_not_found(
    api: httpx.Client,
) -> None:
    for method in ("GET", "HEAD"):
        unknown = api.request(method, f"/flows/{uuid4()}/segments")
        assert unknown.status_code == 200
        assert unknown.headers["X-Paging-Count"] == "0"
        assert api.request(method, "/flows/not-a-uuid/segments").status_code == 404
    assert segments_of(api, {"id": str(uuid4())}) == []


@pytest.mark.parametrize(
    ("timerange", "found"),
    [
        ("[5:0_15:0)", WHOLE[:2]),
        ("[10:0_20:0)", WHOLE[1:2]),
        ("[10:0]", WHOLE[1:2]),
        ("_10:0)", WHOLE[:1]),
        ("_10:0]", WHOLE[:2]),
        ("(29:999999999_", WHOLE[2:]),
        ("[30:0_", []),
        ("_", WHOLE),
    ],
)
def test_SEG_3_segments_that_overlap_a_timerange_are_listed_whole(
    api: httpx.Client, flow: Json, timerange: str, found: list[str]
) -> None:
    assert timeranges(segments_of(api, flow, timerange=timerange)) == found


@pytest.mark.parametrize("timerange", ["()", "", "[5:0_3:0)", "[5:0_5:0)"])
def test_SEG_4_an_empty_timerange_overlaps_no_segment(
    api: httpx.Client, flow: Json, timerange: str
) -> None:
    for method in ("GET", "HEAD"):
        response = api.request(
            method, f"/flows/{flow['id']}/segments", params={"timerange": timerange}
        )
        assert response.status_code == 200
        assert response.headers["X-Paging-Count"] == "0"
        assert response.headers["X-Paging-Timerange"] == "()"
        assert "next" not in response.links
    assert segments_of(api, flow, timerange=timerange) == []


def test_SEG_5_segments_of_one_object_are_listed_within_a_timerange(
    api: httpx.Client, flow: Json
) -> None:
    object_id = segments_of(api, flow)[1]["object_id"]
    added(api, flow, segment(object_id, 40, 50, ts_offset="30:0"))

    assert timeranges(segments_of(api, flow, object_id=object_id)) == [WHOLE[1], "[40:0_50:0)"]
    assert timeranges(segments_of(api, flow, object_id=object_id, timerange="_40:0)")) == WHOLE[1:2]
    assert segments_of(api, flow, object_id=object_id, timerange="[20:0_40:0)") == []
    assert segments_of(api, flow, object_id="nobody's") == []


def test_SEG_5_an_init_object_is_no_segments_object(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(init_segments=True)
    init_id, object_id = make.objects(flow["id"], 2)
    added(api, flow, segment(object_id, 0, 10, init_object_id=init_id))

    assert segments_of(api, flow, object_id=init_id) == []
    assert timeranges(segments_of(api, flow, object_id=object_id)) == ["[0:0_10:0)"]


def test_SEG_6_segments_are_listed_backwards(api: httpx.Client, flow: Json) -> None:
    assert timeranges(segments_of(api, flow, reverse_order="true")) == WHOLE[::-1]
    backwards = segments_of(api, flow, reverse_order="true", timerange="_15:0)")
    assert timeranges(backwards) == WHOLE[1::-1]
    assert timeranges(segments_of(api, flow, reverse_order="false")) == WHOLE


def test_SEG_7_a_segment_tells_what_it_was_given(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)
    given = segment(
        object_id,
        10,
        20,
        ts_offset="10:0",
        last_duration="0:40000000",
        sample_offset=0,
        sample_count=250,
        key_frame_count=10,
        object_timerange="[0:0_10:0)",
    )
    added(api, flow, given)

    (listed,) = segments_of(api, flow, include_object_timerange="true")

    assert given.items() <= listed.items()
    assert listed.keys() - given.keys() == {"get_urls"}


def test_SEG_8_every_segment_has_urls_unless_they_are_filtered_away(
    api: httpx.Client, flow: Json
) -> None:
    for each in segments_of(api, flow):
        assert [url["label"] for url in each["get_urls"]] == ["local"]
    for each in segments_of(api, flow, accept_get_urls=""):
        assert each["get_urls"] == []


def test_SEG_10_the_objects_timerange_is_told_when_asked_for_even_if_it_is_the_segments(
    api: httpx.Client, flow: Json
) -> None:
    object_id = segments_of(api, flow)[0]["object_id"]
    added(api, flow, segment(object_id, 33, 35, ts_offset="30:0"))

    asked = segments_of(api, flow, include_object_timerange="true")

    assert [each["object_timerange"] for each in asked] == [*WHOLE, WHOLE[0]]
    for query in ({}, {"include_object_timerange": "false"}):
        assert all("object_timerange" not in each for each in segments_of(api, flow, **query))


def test_SEG_11_sample_offset_and_count_are_kept(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)

    added(api, flow, segment(object_id, 0, 1, sample_offset=5, sample_count=25))

    (listed,) = segments_of(api, flow)
    assert (listed["sample_offset"], listed["sample_count"]) == (5, 25)


def test_SEG_12_a_segment_without_an_offset_plays_its_object_where_it_is(
    api: httpx.Client, flow: Json
) -> None:
    for each in segments_of(api, flow, include_object_timerange="true"):
        assert each.get("ts_offset", "0:0") == "0:0"
        assert each["object_timerange"] == each["timerange"]


def test_SEG_13_the_key_frame_count_is_the_objects_wherever_it_is_used(
    api: httpx.Client, make: Maker
) -> None:
    first, other = make.flow(), make.flow()
    (object_id,) = make.objects(first["id"], 1)

    added(api, first, segment(object_id, 0, 1, key_frame_count=7))
    added(api, other, segment(object_id, 100, 101, ts_offset="100:0"))

    for flow in (first, other):
        assert segments_of(api, flow)[0]["key_frame_count"] == 7
    assert api.get(f"/objects/{object_id}").json()["key_frame_count"] == 7


def test_SEG_14_the_last_samples_duration_belongs_to_its_segment(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)
    assert post(api, flow, segment(object_id, 0, 1, last_duration="0:40000000")).status_code == 201

    assert timeranges(segments_of(api, flow, timerange="[0:999999999]")) == ["[0:0_1:0)"]
    assert segments_of(api, flow, timerange="[1:0]") == []


def test_SEG_15_pages_of_segments_tell_their_timerange(api: httpx.Client, flow: Json) -> None:
    path = f"/flows/{flow['id']}/segments"

    first = api.get(path, params={"limit": 2})

    assert first.headers["X-Paging-Timerange"] == "[0:0_20:0)"
    assert first.headers["X-Paging-Count"] == "2"
    last = api.get(first.links["next"]["url"])
    assert last.headers["X-Paging-Timerange"] == "[20:0_30:0)"
    assert "next" not in last.links
    assert timeranges([each for page in all_pages(api, path, limit=1) for each in page]) == WHOLE
