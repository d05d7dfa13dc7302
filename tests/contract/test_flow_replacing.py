"""FLW-18…31 and 42: what a PUT of an existing Flow changes, unsets and leaves alone."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.contract.steps import Json, flow_of, put, read_only, segments_of
from tests.maker import Maker
from tests.waiting import next_second

PAST = "2001-01-01T00:00:00Z"


def new(**fields: Any) -> Json:
    """The body of a video Flow with ids of its own."""
    return a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()), **fields)


def test_FLW_18_a_known_flow_is_replaced_without_a_word(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(label="before")

    response = put(api, flow, label="after")

    assert response.status_code == 204
    assert response.content == b""
    assert flow_of(api, flow)["label"] == "after"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("created", PAST),
        ("metadata_updated", PAST),
        ("segments_updated", PAST),
        ("collected_by", [str(uuid4())]),
    ],
)
def test_FLW_24_what_the_service_keeps_is_ignored_in_a_body(
    api: httpx.Client, name: str, value: Any
) -> None:
    body = new(**{name: value})

    assert put(api, body).status_code == 201
    assert flow_of(api, body).get(name) != value
    assert put(api, body).status_code == 204
    assert flow_of(api, body).get(name) != value


def test_FLW_25_a_timerange_is_ignored_in_a_body(api: httpx.Client, make: Maker) -> None:
    body = new(timerange="[0:0_10:0)")

    assert put(api, body).status_code == 201
    assert flow_of(api, body, include_timerange="true")["timerange"] == "()"
    assert segments_of(api, body) == []
    make.segments(body["id"], 1)
    assert put(api, body).status_code == 204
    assert flow_of(api, body, include_timerange="true")["timerange"] == "[0:0_2:0)"
    assert len(segments_of(api, body)) == 1


def test_FLW_26_what_a_replacement_leaves_out_is_unset(api: httpx.Client, make: Maker) -> None:
    member = make.flow()
    optional = {
        "label": "x",
        "description": "y",
        "generation": 1,
        "status": "ingesting",
        "container": "video/mp2t",
        "max_bit_rate": 10,
        "avg_bit_rate": 5,
        "segment_duration": {"numerator": 2, "denominator": 1},
        "container_mapping": {"track_index": 0},
        "flow_collection": [{"id": member["id"]}],
        "tags": {"a": "b"},
    }
    bare = {name: value for name, value in new().items() if name not in optional}
    deep = {**bare["essence_parameters"], "bit_depth": 10, "colorspace": "BT709"}
    assert put(api, {**bare, **optional, "essence_parameters": deep}).status_code == 201
    assert optional.items() <= flow_of(api, bare).items()

    assert put(api, bare).status_code == 204

    after = flow_of(api, bare)
    assert after["tags"] == {}
    assert not (optional.keys() - {"tags"}) & after.keys()
    assert after["essence_parameters"] == bare["essence_parameters"]
    assert "collected_by" not in flow_of(api, member)


def test_FLW_27_read_only_left_out_is_unset(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(read_only=False)

    assert put(api, flow, read_only=None).status_code == 204

    assert "read_only" not in flow_of(api, flow)
    assert api.get(f"/flows/{flow['id']}/read_only").json() is False


def test_FLW_29_the_date_of_creation_survives_every_change(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()

    for created in (None, PAST):
        assert put(api, flow, label="x", created=created).status_code == 204
        assert flow_of(api, flow)["created"] == flow["created"]
    api.put(f"/flows/{flow['id']}/label", json="y")
    make.segments(flow["id"], 1)

    assert flow_of(api, flow)["created"] == flow["created"]


def test_FLW_30_metadata_updated_follows_metadata_and_not_segments(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    path, seen = f"/flows/{flow['id']}", [flow["metadata_updated"]]

    for method, name, body in (
        ("PUT", "/label", "x"),
        ("PUT", "/tags/a", "b"),
        ("PUT", "/read_only", False),
        ("PUT", "", {**flow, "label": "y"}),
        ("DELETE", "/label", None),
    ):
        next_second()
        assert api.request(method, f"{path}{name}", json=body).status_code == 204
        seen.append(flow_of(api, flow)["metadata_updated"])
    next_second()
    make.segments(flow["id"], 1)
    assert api.delete(f"{path}/segments").status_code == 204

    assert seen == sorted(set(seen))
    assert flow_of(api, flow)["metadata_updated"] == seen[-1]


def test_FLW_31_segments_updated_follows_segments_and_not_metadata(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    assert "segments_updated" not in flow
    make.segments(flow["id"], 1)
    first = flow_of(api, flow)["segments_updated"]

    next_second()
    put(api, flow, label="x")
    api.put(f"/flows/{flow['id']}/label", json="y")
    assert flow_of(api, flow)["segments_updated"] == first
    make.segments(flow["id"], 1, start=2)
    second = flow_of(api, flow)["segments_updated"]
    next_second()
    api.delete(f"/flows/{flow['id']}/segments")

    assert first < second < flow_of(api, flow)["segments_updated"]


def test_FLW_42_a_read_only_flow_is_not_replaced(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    read_only(api, flow, True)

    assert put(api, flow, label="x").status_code == 403
    assert api.delete(f"/flows/{flow['id']}").status_code == 403
    assert "label" not in flow_of(api, flow)
