"""FLW-1…11: listing Flows by their properties."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.contract.steps import Json, added, put
from tests.maker import Maker


@pytest.fixture
def mark() -> Json:
    """A tag that the Flows of one test share and no others have."""
    return {"test": str(uuid4())}


def found(api: httpx.Client, mark: Json, **query: Any) -> list[str]:
    """Ids of this test's Flows that match; HEAD must see it like GET."""
    parameters = {"tag.test": mark["test"], **query}
    response = api.get("/flows", params=parameters)
    assert response.status_code == 200, response.text
    count = api.head("/flows", params=parameters).headers["X-Paging-Count"]
    assert int(count) == len(response.json())
    return [flow["id"] for flow in response.json()]


def an_image_flow_body(**fields: Any) -> Json:
    size = {"frame_width": 1280, "frame_height": 720}
    return a_multi_flow_body(
        format="urn:x-tam:format:image", codec="image/jpeg", essence_parameters=size, **fields
    )


def test_FLW_1_filters_are_combined_with_and(api: httpx.Client, make: Maker, mark: Json) -> None:
    multi = make.flow(a_multi_flow_body)
    flow = make.flow(
        tags=mark, label="Cam", status="ingesting", init_segments=True, container="video/mp4"
    )
    make.flow(tags=mark, label="Cam")
    make.flow(tags=mark, status="ingesting")
    items = [{"id": flow["id"]}]
    api.put(f"/flows/{multi['id']}/flow_collection", json=items)
    filters = {
        "source_id": flow["source_id"],
        "timerange": "()",
        "format": "urn:x-nmos:format:video",
        "codec": "video/h264",
        "label": "Cam",
        "status": "ingesting",
        "tag_exists.test": "true",
        "frame_width": "1280",
        "frame_height": "720",
        "init_segments": "true",
        "collected_by_ids": multi["id"],
    }
    others = {
        "source_id": str(uuid4()),
        "timerange": "[0:0_1:0)",
        "format": "urn:x-nmos:format:audio",
        "codec": "video/h265",
        "label": "cam",
        "status": "closed_complete",
        "tag_exists.test": "false",
        "frame_width": "1281",
        "frame_height": "1280",
        "init_segments": "false",
        "collected_by_ids": flow["id"],
        "profile_id": str(uuid4()),
    }

    assert found(api, mark, **filters) == [flow["id"]]
    for name, other in others.items():
        assert found(api, mark, **{**filters, name: other}) == [], name


@pytest.mark.parametrize(
    ("timerange", "matches"),
    [
        ("[0:0_1:0)", True),
        ("[9:0_15:0)", True),
        ("[10:0_20:0)", False),
        ("(10:0_20:0)", False),
        ("[10:0_20:0]", True),
        ("_0:0)", False),
        ("[25:0_", True),
        ("[30:0_", False),
        ("_", True),
    ],
)
def test_FLW_2_flows_with_segments_over_a_timerange_are_found_and_gaps_do_not_count(
    api: httpx.Client, make: Maker, mark: Json, timerange: str, matches: bool
) -> None:
    flow = make.flow(tags=mark)
    make.segments(flow["id"], 1, seconds=10)
    make.segments(flow["id"], 1, seconds=10, start=20)

    assert found(api, mark, timerange=timerange) == ([flow["id"]] if matches else [])


def test_FLW_2_bounds_count_as_they_are_marked(api: httpx.Client, make: Maker, mark: Json) -> None:
    flow = make.flow(tags=mark)
    (object_id,) = make.objects(flow["id"], 1)
    added(api, flow, {"object_id": object_id, "timerange": "[10:0_20:0]"})

    for timerange in ("[20:0_30:0)", "[20:0]", "_10:0]", "(19:999999999_20:0)"):
        assert found(api, mark, timerange=timerange) == [flow["id"]], timerange
    for timerange in ("(20:0_30:0)", "_10:0)", "[100000000000000:0_", "_-100000000000000:0]"):
        assert found(api, mark, timerange=timerange) == [], timerange
    assert api.get("/flows", params={"timerange": "x"}).status_code == 400


def test_FLW_3_an_empty_timerange_finds_flows_without_segments(
    api: httpx.Client, make: Maker, mark: Json
) -> None:
    empty, full = make.flow(tags=mark), make.flow(tags=mark)
    make.segments(full["id"], 1)

    assert found(api, mark, timerange="()") == [empty["id"]]
    api.delete(f"/flows/{full['id']}/segments")
    assert set(found(api, mark, timerange="()")) == {empty["id"], full["id"]}


def test_FLW_4_without_a_timerange_all_flows_are_found(
    api: httpx.Client, make: Maker, mark: Json
) -> None:
    empty, full = make.flow(tags=mark), make.flow(tags=mark)
    make.segments(full["id"], 1)

    assert set(found(api, mark)) == {empty["id"], full["id"]}
    assert set(found(api, mark, timerange="_")) == {empty["id"], full["id"]}


def test_FLW_5_a_codec_is_a_mime_type_without_parameters(
    api: httpx.Client, make: Maker, mark: Json
) -> None:
    flow = make.flow(tags=mark)
    odd = make.flow(tags=mark, codec="odd/thing")

    assert found(api, mark, codec="video/h264") == [flow["id"]]
    assert found(api, mark, codec="x-own/thing") == []
    assert odd["codec"] == "odd/thing"
    for bad in ("odd/thing", "video", "video/h264;a=b", "video/", "video/h 264", ""):
        assert api.get("/flows", params={"codec": bad}).status_code == 400, bad


def test_FLW_6_frame_sizes_find_video_flows(api: httpx.Client, make: Maker, mark: Json) -> None:
    video = make.flow(tags=mark)
    make.flow(an_image_flow_body, tags=mark)
    make.flow(an_audio_flow_body, tags=mark)

    assert found(api, mark, frame_width=1280) == [video["id"]]
    assert found(api, mark, frame_height=720) == [video["id"]]
    assert found(api, mark, frame_width=720) == []
    for name in ("frame_width", "frame_height"):
        for bad in ("wide", "1.5", ""):
            assert api.get("/flows", params={name: bad}).status_code == 400


def test_FLW_7_init_segments_not_said_count_as_false(
    api: httpx.Client, make: Maker, mark: Json
) -> None:
    having = make.flow(tags=mark, init_segments=True)
    without = {
        make.flow(tags=mark, init_segments=False)["id"],
        make.flow(tags=mark)["id"],
        make.flow(an_image_flow_body, tags=mark)["id"],
    }

    assert found(api, mark, init_segments="true") == [having["id"]]
    assert set(found(api, mark, init_segments="false")) == without
    assert api.get("/flows", params={"init_segments": "yes"}).status_code == 400


def test_FLW_8_a_status_is_one_of_four(api: httpx.Client, make: Maker, mark: Json) -> None:
    known = ["awaiting_content", "ingesting", "replication_in_progress", "closed_complete"]
    ids = {status: make.flow(tags=mark, status=status)["id"] for status in known}
    make.flow(tags=mark)

    for status, flow_id in ids.items():
        assert found(api, mark, status=status) == [flow_id]
    assert api.get("/flows", params={"status": "closed"}).status_code == 400


def test_FLW_9_a_profile_finds_flows_that_are_linked_to_it(
    api: httpx.Client, make: Maker, mark: Json
) -> None:
    alike = make.flow(tags=mark)
    technical = {name: alike[name] for name in ("format", "codec", "essence_parameters")}
    profile_id = str(uuid4())
    body = {"id": profile_id, "flow_metadata": technical}
    assert api.post(f"/service/profiles/{profile_id}", json=body).status_code == 201
    linked = {"id": str(uuid4()), "source_id": str(uuid4()), "tags": mark}
    linked["profile_id"] = profile_id

    assert put(api, linked).status_code == 201

    assert found(api, mark, profile_id=profile_id) == [linked["id"]]
    assert found(api, mark, profile_id=str(uuid4())) == []
    assert put(api, {**linked, **technical, "profile_id": ""}).status_code == 204
    assert found(api, mark, profile_id=profile_id) == []
    assert api.get("/flows", params={"profile_id": "x"}).status_code == 400


def test_FLW_10_flows_are_found_by_what_collects_them(
    api: httpx.Client, make: Maker, mark: Json
) -> None:
    first, second = make.flow(a_multi_flow_body), make.flow(a_multi_flow_body)
    one, two, loner = (make.flow(tags=mark) for _ in range(3))
    for multi, member in ((first, one), (second, two)):
        api.put(f"/flows/{multi['id']}/flow_collection", json=[{"id": member["id"]}])

    both = f"{first['id']},{second['id']}"
    assert found(api, mark, collected_by_ids=first["id"]) == [one["id"]]
    assert set(found(api, mark, collected_by_ids=both)) == {one["id"], two["id"]}
    assert found(api, mark, collected_by_ids="") == [loner["id"]]
    assert found(api, mark, collected_by_ids=f"{uuid4()},{second['id']}") == [two["id"]]
    assert found(api, mark, collected_by_ids=str(uuid4())) == []
    for bad in ("x", f"{first['id']},", f",{first['id']}"):
        assert api.get("/flows", params={"collected_by_ids": bad}).status_code == 400


def test_FLW_11_a_source_id_is_one_lower_case_uuid(
    api: httpx.Client, make: Maker, mark: Json
) -> None:
    flow = make.flow(tags=mark)
    make.flow(tags=mark)

    assert found(api, mark, source_id=flow["source_id"]) == [flow["id"]]
    for bad in ("x", flow["source_id"].upper(), f"{flow['source_id']},{flow['source_id']}"):
        assert api.get("/flows", params={"source_id": bad}).status_code == 400, bad
