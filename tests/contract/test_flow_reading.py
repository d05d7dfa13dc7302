"""FLW-12…16: reading Flows, singly and in lists."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.contract.steps import Json, flow_of, put
from tests.maker import Maker

TECHNICAL = ("format", "codec", "essence_parameters")


def an_image_flow_body(**fields: Any) -> Json:
    size = {"frame_width": 640, "frame_height": 360}
    image = {"format": "urn:x-tam:format:image", "codec": "image/jpeg"}
    return a_multi_flow_body(**image, essence_parameters=size, **fields)


def a_data_flow_body(**fields: Any) -> Json:
    data = {"format": "urn:x-nmos:format:data", "codec": "text/vtt"}
    return a_multi_flow_body(**data, essence_parameters={"data_type": "subtitles"}, **fields)


BODIES = (
    a_video_flow_body,
    an_audio_flow_body,
    an_image_flow_body,
    a_data_flow_body,
    a_multi_flow_body,
)


def linked(api: httpx.Client, **fields: Any) -> Json:
    """The body of a Flow that has its technical description from a Profile."""
    metadata = {name: a_video_flow_body()[name] for name in TECHNICAL}
    profile = {"id": str(uuid4()), "flow_metadata": metadata}
    made = api.post(f"/service/profiles/{profile['id']}", json=profile)
    assert made.status_code == 201, made.text
    body = {"id": str(uuid4()), "source_id": str(uuid4()), "profile_id": profile["id"], **fields}
    assert put(api, body).status_code == 201
    return body


def test_FLW_12_a_list_shows_flows_as_they_are_read_one_by_one(
    api: httpx.Client, make: Maker
) -> None:
    mark = str(uuid4())
    flows = [make.flow(body, tags={"test": mark}) for body in BODIES]
    flows.append(linked(api, tags={"test": mark}))
    items = [{"id": flows[0]["id"], "role": "picture"}]
    api.put(f"/flows/{flows[-2]['id']}/flow_collection", json=items)
    make.segments(flows[0]["id"], 1)

    listed = api.get("/flows", params={"tag.test": mark}).json()

    assert listed == [flow_of(api, each) for each in flows[::-1]]
    assert listed[-1]["collected_by"] == [flows[-2]["id"]]
    assert not any("timerange" in each for each in listed)


def test_a_list_says_the_timeranges_of_its_flows_when_asked(api: httpx.Client, make: Maker) -> None:
    mark = str(uuid4())
    flows = [make.flow(tags={"test": mark}) for _ in range(3)]
    make.segments(flows[0]["id"], 2)
    make.segments(flows[1]["id"], 1)

    query = {"tag.test": mark, "include_timerange": "true"}
    listed = {each["id"]: each for each in api.get("/flows", params=query).json()}

    assert len(listed) == 3
    for each in flows:
        one = api.get(f"/flows/{each['id']}", params={"include_timerange": "true"}).json()
        assert listed[each["id"]] == one
        assert "timerange" in one
    plain = api.get("/flows", params={"tag.test": mark}).json()
    assert not any("timerange" in each for each in plain)


@pytest.mark.parametrize("body", BODIES)
def test_FLW_13_a_flow_is_read_as_what_it_is(api: httpx.Client, make: Maker, body: Any) -> None:
    flow = make.flow(body)

    read = flow_of(api, flow)

    assert read == flow
    assert body(id=flow["id"], source_id=flow["source_id"]).items() <= read.items()
    assert "profile_id" not in read
    assert api.head(f"/flows/{flow['id']}").status_code == 200


def test_FLW_13_a_linked_flow_tells_its_profile(api: httpx.Client) -> None:
    body = linked(api, label="Camera 1")

    read = flow_of(api, body)

    assert body.items() <= read.items()
    assert {name: read[name] for name in TECHNICAL}.items() <= a_video_flow_body().items()


@pytest.mark.parametrize("unknown", ["00000000-0000-4000-8000-00000000abcd", "not-a-uuid"])
def test_FLW_13_an_unknown_flow_is_not_found(api: httpx.Client, unknown: str) -> None:
    assert api.get(f"/flows/{unknown}").status_code == 404
    assert api.head(f"/flows/{unknown}").status_code == 404


def test_FLW_14_the_timerange_is_told_when_asked_for(api: httpx.Client, make: Maker) -> None:
    flow, empty = make.flow(), make.flow()
    make.segments(flow["id"], 1)
    make.segments(flow["id"], 1, start=10)

    assert "timerange" not in flow_of(api, flow)
    assert "timerange" not in flow_of(api, flow, include_timerange="false")
    assert flow_of(api, flow, include_timerange="true")["timerange"] == "[0:0_12:0)"
    assert flow_of(api, empty, include_timerange="true")["timerange"] == "()"
    for bad in ("1", "yes", "True", ""):
        answer = api.get(f"/flows/{flow['id']}", params={"include_timerange": bad})
        assert answer.status_code == 400, bad


@pytest.mark.parametrize(
    ("timerange", "spanned"),
    [
        ("[5:0_15:0)", "[0:0_20:0)"),
        ("[10:0]", "[10:0_20:0)"),
        ("(9:999999999_10:0)", "[0:0_10:0)"),
        ("[25:0_", "[20:0_50:0)"),
        ("_0:0]", "[0:0_10:0)"),
        ("[35:0_45:0)", "[40:0_50:0)"),
        ("[25:0_45:0)", "[20:0_50:0)"),
        ("_", "[0:0_50:0)"),
        ("[30:0_40:0)", "()"),
        ("[50:0_60:0)", "()"),
        ("[100000000000000:0_", "()"),
        ("_0:0)", "()"),
        ("()", "()"),
    ],
)
def test_FLW_15_the_timerange_spans_whole_segments_that_overlap_what_was_asked(
    api: httpx.Client, make: Maker, timerange: str, spanned: str
) -> None:
    flow = make.flow()
    make.segments(flow["id"], 3, seconds=10)
    make.segments(flow["id"], 1, seconds=10, start=40)

    read = flow_of(api, flow, include_timerange="true", timerange=timerange)

    assert read["timerange"] == spanned


@pytest.mark.parametrize("alone", [{}, {"include_timerange": "false"}])
def test_FLW_16_a_timerange_alone_is_checked_and_changes_nothing(
    api: httpx.Client, make: Maker, alone: dict[str, str]
) -> None:
    flow = make.flow()
    make.segments(flow["id"], 1)
    plain = flow_of(api, flow)

    for timerange in ("[0:0_1:0)", "[50:0_60:0)", "_", "()"):
        assert flow_of(api, flow, timerange=timerange, **alone) == plain
    for bad in ("x", "[0_1)", "[0:0_1:0)junk", "[0:1000000000_2:0)"):
        answer = api.get(f"/flows/{flow['id']}", params={"timerange": bad, **alone})
        assert answer.status_code == 400, bad
