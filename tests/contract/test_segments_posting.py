"""SEG-16…33, 39, 40, 43: which Segments may be registered, and the responses."""

from uuid import uuid4

import httpx
import pytest

from tests.contract.steps import (
    Json,
    added,
    flow_of,
    post,
    read_only,
    segment,
    segments_of,
    timeranges,
)
from tests.maker import Maker


@pytest.fixture
def objects(make: Maker, flow: Json) -> list[str]:
    """Five Objects allocated for the Flow."""
    return make.objects(flow["id"], 5)


def test_SEG_16_one_segment_is_posted_alone_or_in_a_list(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    assert post(api, flow, segment(objects[0], 0, 1)).status_code == 201
    assert post(api, flow, [segment(objects[1], 1, 2)]).status_code == 201
    assert timeranges(segments_of(api, flow)) == ["[0:0_1:0)", "[1:0_2:0)"]
    wrong: list[object] = ["x", 1, None, [1], [[]]]
    for bad in wrong:
        assert post(api, flow, bad).status_code == 400, bad


def test_SEG_17_a_list_of_which_all_are_registered_is_answered_with_201(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    both = [segment(objects[0], 0, 1), segment(objects[1], 1, 2)]

    response = post(api, flow, both)

    assert response.status_code == 201
    assert response.content == b""
    assert timeranges(segments_of(api, flow)) == timeranges(both)


def test_SEG_18_a_flow_must_exist_be_writable_and_have_a_container(
    api: httpx.Client, make: Maker, flow: Json, objects: list[str]
) -> None:
    some = segment(objects[0], 0, 1)
    bare = make.flow(container=None)

    assert post(api, {"id": str(uuid4())}, some).status_code == 404
    assert post(api, {"id": "not-a-uuid"}, some).status_code == 404
    assert post(api, bare, some).status_code == 400
    read_only(api, flow, True)
    assert post(api, flow, some).status_code == 403
    assert post(api, flow, [some]).status_code == 403
    assert segments_of(api, flow) == []


def test_SEG_19_a_list_of_which_some_fail_keeps_the_rest(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    added(api, flow, segment(objects[0], 10, 20))
    overlapping = segment(objects[1], 19, 29)
    unknown = segment(f"nobody's {uuid4()}", 30, 40)

    response = post(
        api, flow, [segment(objects[2], 0, 10), overlapping, unknown, segment(objects[3], 20, 30)]
    )

    assert response.status_code == 200
    failed = response.json()["failed_segments"]
    assert [(each["object_id"], each["timerange"]) for each in failed] == [
        (overlapping["object_id"], overlapping["timerange"]),
        (unknown["object_id"], unknown["timerange"]),
    ]
    assert all(each["error"]["summary"] for each in failed)
    assert timeranges(segments_of(api, flow)) == ["[0:0_10:0)", "[10:0_20:0)", "[20:0_30:0)"]


def test_SEG_20_a_list_of_which_all_fail_tells_each(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    added(api, flow, segment(objects[0], 0, 10))

    response = post(api, flow, [segment(objects[1], 0, 10), segment(objects[2], 5, 6)])

    assert response.status_code == 200
    assert len(response.json()["failed_segments"]) == 2


def test_SEG_25_object_id_and_timerange_are_required(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    whole = segment(objects[0], 0, 1)

    for name in whole:
        assert post(api, flow, {**whole, name: None}).status_code == 400
        assert post(api, flow, {**whole, name: 1}).status_code == 400
        left = {key: value for key, value in whole.items() if key != name}
        assert post(api, flow, left).status_code == 400
    assert segments_of(api, flow) == []


@pytest.mark.parametrize(
    ("timerange", "status"),
    [
        ("[0:0_10:0)", 400),
        ("[9:999999999_11:0)", 400),
        ("[5:0]", 400),
        ("[3:0_4:0)", 400),
        ("[-1:0_30:0)", 400),
        ("[-1:0_0:0]", 400),
        ("[-1:0_0:0)", 201),
        ("[10:0_11:0)", 201),
        ("[10:0]", 201),
    ],
)
def test_SEG_26_segments_of_a_flow_never_overlap(
    api: httpx.Client, flow: Json, objects: list[str], timerange: str, status: int
) -> None:
    added(api, flow, segment(objects[0], 0, 10))

    response = post(api, flow, {"object_id": objects[1], "timerange": timerange})

    assert response.status_code == status
    assert len(segments_of(api, flow)) == (2 if status == 201 else 1)


@pytest.mark.parametrize("timerange", ["(0:0_1:0)", "_1:0)", "_", "()", "[0:0_", "[1:0_0:0)", ""])
def test_SEG_27_a_segment_starts_at_an_instant_of_its_own_and_ends(
    api: httpx.Client, flow: Json, objects: list[str], timerange: str
) -> None:
    response = post(api, flow, {"object_id": objects[0], "timerange": timerange})

    assert response.status_code == 400
    assert "timerange" in response.json()["summary"]
    assert segments_of(api, flow) == []


def test_SEG_29_a_segment_may_end_with_its_last_instant_or_before_it(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    kinds = ["[0:0_1:0)", "[1:0_2:0]", "[3:0]"]

    for object_id, timerange in zip(objects, kinds, strict=False):
        body = {"object_id": object_id, "timerange": timerange}
        assert post(api, flow, body).status_code == 201

    assert timeranges(segments_of(api, flow)) == kinds
    assert flow_of(api, flow, include_timerange="true")["timerange"] == "[0:0_3:0]"


def test_SEG_30_a_new_object_must_have_been_allocated_for_this_flow(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (elsewhere,) = make.objects(make.flow()["id"], 1)

    response = post(api, flow, segment(elsewhere, 0, 1))

    assert response.status_code == 400
    assert elsewhere in response.json()["summary"]


def test_SEG_31_any_flow_may_use_an_object_again_and_again(
    api: httpx.Client, make: Maker, flow: Json, objects: list[str]
) -> None:
    other = make.flow()
    added(api, flow, segment(objects[0], 0, 10))

    added(api, flow, segment(objects[0], 20, 30, ts_offset="20:0"))
    added(api, other, segment(objects[0], 0, 10), segment(objects[0], 12, 15, ts_offset="10:0"))

    assert len(segments_of(api, flow, object_id=objects[0])) == 2
    assert timeranges(segments_of(api, other)) == ["[0:0_10:0)", "[12:0_15:0)"]
    users = api.get(f"/objects/{objects[0]}").json()["referenced_by_flows"]
    assert set(users) == {flow["id"], other["id"]}


def test_SEG_32_an_unknown_object_without_urls_is_refused(api: httpx.Client, flow: Json) -> None:
    unknown = segment(f"nobody's {uuid4()}", 0, 1)

    for body in (unknown, {**unknown, "get_urls": []}):
        assert post(api, flow, body).status_code == 400
    assert segments_of(api, flow) == []


def test_SEG_33_an_unknown_object_with_urls_is_media_of_somebody_elses(
    api: httpx.Client, flow: Json
) -> None:
    object_id = f"theirs/{uuid4()}"
    urls = [{"url": "https://cdn.example.com/1.ts", "label": "cdn"}]

    added(api, flow, segment(object_id, 0, 1, get_urls=urls))

    (listed,) = segments_of(api, flow)
    assert listed["get_urls"] == urls


def test_SEG_39_a_label_of_an_object_keeps_its_url(
    api: httpx.Client, flow: Json, objects: list[str]
) -> None:
    one, two = ([{"url": f"https://a.example.com/{n}", "label": "cdn"}] for n in (1, 2))
    added(api, flow, segment(objects[0], 0, 1, get_urls=one))

    for urls, status in ((two, 400), (one, 201)):
        again = segment(objects[0], 2, 3, ts_offset="2:0", get_urls=urls)
        assert post(api, flow, again).status_code == status


def test_SEG_40_urls_given_when_an_object_is_used_again_show_wherever_it_is_used(
    api: httpx.Client, make: Maker, flow: Json, objects: list[str]
) -> None:
    other = make.flow()
    added(api, flow, segment(objects[0], 0, 1))

    urls = [{"url": f"https://cdn.example.com/{uuid4()}", "label": "cdn"}]
    added(api, other, segment(objects[0], 0, 1, get_urls=urls))

    the_object = api.get(f"/objects/{objects[0]}").json()
    for each in (the_object, *segments_of(api, other), *segments_of(api, flow)):
        assert [url["label"] for url in each["get_urls"]] == ["local", "cdn"]
        assert each["get_urls"][1]["url"] == urls[0]["url"]


def test_SEG_43_a_segment_may_be_registered_before_its_bytes_are_there(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (entry,) = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1}).json()["media_objects"]
    put_url = entry["put_url"]

    added(api, flow, segment(entry["object_id"], 0, 1))

    (url,) = segments_of(api, flow)[0]["get_urls"]
    assert httpx.get(url["url"]).status_code == 404
    headers = {"Content-Type": put_url["content-type"]}
    assert httpx.put(put_url["url"], content=b"late", headers=headers).status_code == 200
    assert httpx.get(url["url"]).content == b"late"
