"""FLW-13…42: Flows created, replaced and read."""

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker
from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.contract.steps import Json, flow_of, put, read_only, segments_of

IMAGE = "urn:x-tam:format:image"
DATA = "urn:x-nmos:format:data"
RATE = {"numerator": 25, "denominator": 1}


def new(**fields: Any) -> Json:
    """The body of a video Flow with ids of its own."""
    return a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()), **fields)


def essence(body: Json, **changes: Any) -> Json:
    """The same Flow with other essence parameters; None leaves one out."""
    parameters = {**body["essence_parameters"], **changes}
    left = {name: value for name, value in parameters.items() if value is not None}
    return {**body, "essence_parameters": left}


def still(**parameters: Any) -> Json:
    return {**new(format=IMAGE, codec="image/jpeg"), "essence_parameters": parameters}


def data(**fields: Any) -> Json:
    return {**new(format=DATA, codec="application/json"), **fields}


def multi(**fields: Any) -> Json:
    return a_multi_flow_body(id=str(uuid4()), source_id=str(uuid4()), **fields)


def test_FLW_13_a_flow_is_read_as_what_it_is(api: httpx.Client, make: Maker) -> None:
    for body in (a_video_flow_body, an_audio_flow_body, a_multi_flow_body):
        flow = make.flow(body)
        read = flow_of(api, flow)
        assert read == flow
        given = body(id=flow["id"], source_id=flow["source_id"])
        assert given.items() <= read.items()
        assert "profile_id" not in read
    assert api.get(f"/flows/{uuid4()}").status_code == 404


def test_FLW_14_the_timerange_is_told_when_asked_for(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    make.segments(flow["id"], 2)

    assert "timerange" not in flow_of(api, flow)
    assert "timerange" not in flow_of(api, flow, include_timerange="false")
    assert flow_of(api, flow, include_timerange="true")["timerange"] == "[0:0_4:0)"
    bad = api.get(f"/flows/{flow['id']}", params={"include_timerange": "1"})
    assert bad.status_code == 400


@pytest.mark.parametrize(
    ("timerange", "spanned"),
    [
        ("[5:0_15:0)", "[0:0_20:0)"),
        ("[10:0]", "[10:0_20:0)"),
        ("[25:0_", "[20:0_30:0)"),
        ("_", "[0:0_30:0)"),
        ("[30:0_40:0)", "()"),
        ("()", "()"),
    ],
)
def test_FLW_15_the_timerange_spans_whole_segments_that_overlap_what_was_asked(
    api: httpx.Client, make: Maker, timerange: str, spanned: str
) -> None:
    flow = make.flow()
    make.segments(flow["id"], 3, seconds=10)

    read = flow_of(api, flow, include_timerange="true", timerange=timerange)

    assert read["timerange"] == spanned


def test_FLW_17_a_new_flow_is_answered_as_it_will_be_read(api: httpx.Client) -> None:
    body = new(label="Camera 1")

    response = api.put(f"/flows/{body['id']}", json=body)

    assert response.status_code == 201
    assert response.json() == flow_of(api, body)


def test_FLW_18_a_known_flow_is_replaced_without_a_word(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(label="before")

    response = put(api, flow, label="after")

    assert response.status_code == 204
    assert response.content == b""
    assert flow_of(api, flow)["label"] == "after"


def test_FLW_19_ids_and_a_technical_description_are_required(api: httpx.Client) -> None:
    body = new()

    for name in ("source_id", "format", "codec", "essence_parameters"):
        assert put(api, body, **{name: None}).status_code == 400, name
    without_id = {name: value for name, value in body.items() if name != "id"}
    assert api.put(f"/flows/{body['id']}", json=without_id).status_code == 400
    only_ids = {name: body[name] for name in ("id", "source_id")}
    assert put(api, only_ids).status_code == 400
    assert api.get(f"/flows/{body['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(new(), 201, id="video"),
        pytest.param(essence(new(), frame_width=None), 400, id="video without width"),
        pytest.param(essence(new(), frame_height=None), 400, id="video without height"),
        pytest.param(essence(new(), frame_rate=None), 400, id="video without rate"),
        pytest.param({**new(), "codec": 1}, 400, id="codec of another type"),
        pytest.param({**new(), "essence_parameters": {}}, 400, id="video without parameters"),
        pytest.param(
            {**an_audio_flow_body(), **{k: new()[k] for k in ("id", "source_id")}}, 201, id="audio"
        ),
        pytest.param(
            essence({**an_audio_flow_body(), "id": str(uuid4())}, sample_rate=None),
            400,
            id="audio without rate",
        ),
        pytest.param(
            essence({**an_audio_flow_body(), "id": str(uuid4())}, channels=None),
            400,
            id="audio without channels",
        ),
        pytest.param(still(frame_width=1, frame_height=1), 201, id="image"),
        pytest.param(still(frame_width=1), 400, id="image without height"),
        pytest.param(data(essence_parameters={}), 201, id="data"),
        pytest.param(
            {k: v for k, v in data().items() if k != "essence_parameters"},
            400,
            id="data without parameters",
        ),
        pytest.param(multi(), 201, id="multi"),
    ],
)
def test_FLW_20_each_format_has_parameters_of_its_own(
    api: httpx.Client, body: Json, status: int
) -> None:
    assert put(api, body).status_code == status
    assert (api.get(f"/flows/{body['id']}").status_code == 200) is (status == 201)


@pytest.mark.parametrize(
    ("vfr", "rate", "status"),
    [
        (True, None, 201),
        (True, RATE, 400),
        (False, RATE, 201),
        (False, None, 400),
        (None, RATE, 201),
        (None, None, 400),
    ],
)
def test_FLW_21_a_variable_frame_rate_excludes_a_fixed_one(
    api: httpx.Client, vfr: bool | None, rate: Json | None, status: int
) -> None:
    assert put(api, essence(new(), vfr=vfr, frame_rate=rate)).status_code == status


def test_FLW_22_a_multi_flow_may_have_a_container_and_all_that_goes_with_it(
    api: httpx.Client,
) -> None:
    more = {
        "codec": "video/mp2t",
        "container": "video/mp2t",
        "avg_bit_rate": 5000,
        "segment_duration": {"numerator": 2, "denominator": 1},
        "container_mapping": {"track_index": 0},
        "essence_parameters": {"init_segments": False},
    }
    body = multi(**more)

    assert put(api, body).status_code == 201
    assert more.items() <= flow_of(api, body).items()


def test_FLW_23_the_id_of_the_body_is_that_of_the_path(api: httpx.Client) -> None:
    body = new()

    assert api.put(f"/flows/{uuid4()}", json=body).status_code == 400
    assert api.get(f"/flows/{body['id']}").status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("created", "2001-01-01T00:00:00Z"),
        ("metadata_updated", "2001-01-01T00:00:00Z"),
        ("segments_updated", "2001-01-01T00:00:00Z"),
        ("collected_by", [str(uuid4())]),
    ],
)
def test_FLW_24_what_the_service_keeps_is_ignored_in_a_body(
    api: httpx.Client, name: str, value: Any
) -> None:
    body = new(**{name: value})

    assert put(api, body).status_code == 201
    assert put(api, body).status_code == 204
    assert flow_of(api, body).get(name) != value


def test_FLW_25_a_timerange_is_ignored_in_a_body(api: httpx.Client) -> None:
    body = new(timerange="[0:0_10:0)")

    assert put(api, body).status_code == 201
    assert flow_of(api, body, include_timerange="true")["timerange"] == "()"
    assert segments_of(api, body) == []


def test_FLW_26_what_a_replacement_leaves_out_is_unset(api: httpx.Client, make: Maker) -> None:
    member = make.flow()
    optional = {
        "label": "x",
        "description": "y",
        "generation": 1,
        "status": "ingesting",
        "max_bit_rate": 10,
        "avg_bit_rate": 5,
        "segment_duration": {"numerator": 2, "denominator": 1},
        "container_mapping": {"track_index": 0},
        "flow_collection": [{"id": member["id"]}],
        "tags": {"a": "b"},
    }
    bare = new()
    assert put(api, {**bare, **optional}).status_code == 201
    assert optional.items() <= flow_of(api, bare).items()

    assert put(api, bare).status_code == 204

    after = flow_of(api, bare)
    assert after["tags"] == {}
    assert not (optional.keys() - {"tags"}) & after.keys()


def test_FLW_28_who_made_a_flow_is_kept_through_changes(api: httpx.Client) -> None:
    body = new(created_by="alice", updated_by="alice")
    assert put(api, body).status_code == 201

    assert put(api, body, created_by=None, updated_by="bob").status_code == 204

    read = flow_of(api, body)
    assert (read["created_by"], read["updated_by"]) == ("alice", "bob")


def test_FLW_29_the_date_of_creation_survives_replacement(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()

    put(api, flow, label="x", created=None)

    assert flow_of(api, flow)["created"] == flow["created"]


def test_FLW_30_metadata_updated_follows_metadata_and_not_segments(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    seen = [flow["metadata_updated"]]

    path = f"/flows/{flow['id']}"
    for method, name, body in (
        ("PUT", "/label", "x"),
        ("PUT", "/tags/a", "b"),
        ("PUT", "", {**flow, "label": "y"}),
        ("DELETE", "/label", None),
    ):
        time.sleep(0.002)
        assert api.request(method, f"{path}{name}", json=body).status_code == 204
        seen.append(flow_of(api, flow)["metadata_updated"])
    make.segments(flow["id"], 1)

    assert seen == sorted(set(seen))
    assert flow_of(api, flow)["metadata_updated"] == seen[-1]


def test_FLW_31_segments_updated_follows_segments_and_not_metadata(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    assert "segments_updated" not in flow
    make.segments(flow["id"], 1)
    first = flow_of(api, flow)["segments_updated"]

    put(api, flow, label="x")
    api.put(f"/flows/{flow['id']}/label", json="y")
    assert flow_of(api, flow)["segments_updated"] == first
    api.delete(f"/flows/{flow['id']}/segments")

    assert flow_of(api, flow)["segments_updated"] > first


def test_FLW_42_a_read_only_flow_is_not_replaced(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    read_only(api, flow, True)

    assert put(api, flow, label="x").status_code == 403
    assert api.delete(f"/flows/{flow['id']}").status_code == 403
    assert "label" not in flow_of(api, flow)
