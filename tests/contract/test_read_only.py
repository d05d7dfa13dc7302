"""RO: a read-only Flow can only be read and unlocked."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.maker import Maker

PROPERTIES = ("label", "description", "flow_collection", "max_bit_rate", "avg_bit_rate")


def a_locked_flow(api: httpx.Client, make: Maker) -> dict[str, Any]:
    """With something in every property, two Segments, and an Object allocated but not used."""
    member = make.flow()["id"]
    flow: dict[str, Any] = make.flow(
        label="Camera 1",
        description="Left of the stage",
        tags={"a": "x"},
        max_bit_rate=5000,
        avg_bit_rate=4000,
        flow_collection=[{"id": member}],
    )
    make.segments(flow["id"], 2)
    (flow["unused"],) = make.objects(flow["id"], 1)
    assert put_read_only(api, flow, value=True) == 204
    return flow


def put_read_only(api: httpx.Client, flow: dict[str, Any], value: Any) -> int:
    return api.put(f"/flows/{flow['id']}/read_only", json=value).status_code


def test_RO_1_read_only_is_set_by_true_and_false(api: httpx.Client, make: Maker) -> None:
    path = f"/flows/{make.flow()['id']}/read_only"

    for value in (True, True, False, False, True):
        assert api.put(path, json=value).status_code == 204
        assert api.get(path).json() is value
    wrong: list[Any] = ["true", "", 0, 1, None, [], {}, {"read_only": False}]
    for bad in wrong:
        assert api.put(path, json=bad).status_code == 400, bad
    for content in (b"", b"yes"):
        assert api.put(path, content=content).status_code == 400, content
    assert api.get(path).json() is True
    for nobody in (str(uuid4()), "not-a-uuid"):
        assert api.put(f"/flows/{nobody}/read_only", json=True).status_code == 404
        assert api.get(f"/flows/{nobody}/read_only").status_code == 404
    assert api.delete(path).status_code == 405


def test_RO_2_a_read_only_flow_refuses_every_change(api: httpx.Client, make: Maker) -> None:
    flow = a_locked_flow(api, make)
    path = f"/flows/{flow['id']}"
    before = api.get(path, params={"include_timerange": "true"}).json()
    values = ["x", "x", [], 1, 1]
    segment = {"object_id": flow["unused"], "timerange": "[10:0_11:0)"}
    writes: list[tuple[str, str, Any]] = [
        ("PUT", "", a_video_flow_body(id=flow["id"], source_id=flow["source_id"])),
        ("PUT", "", {**before, "read_only": True, "label": "x"}),
        *(("PUT", f"/{name}", value) for name, value in zip(PROPERTIES, values, strict=True)),
        *(("DELETE", f"/{name}", None) for name in PROPERTIES),
        ("PUT", "/tags/a", "y"),
        ("PUT", "/tags/b", "y"),
        ("DELETE", "/tags/a", None),
        ("POST", "/segments", segment),
        ("POST", "/segments", [segment]),
        ("DELETE", "/segments", None),
        ("DELETE", "/segments?timerange=[0:0_2:0)", None),
        ("POST", "/storage", None),
        ("POST", "/storage", {"limit": 1}),
        ("DELETE", "", None),
    ]

    for method, below, body in writes:
        given = {} if body is None else {"json": body}
        response = api.request(method, f"{path}{below}", **given)
        assert response.status_code == 403, (method, below)

    assert api.get(path, params={"include_timerange": "true"}).json() == before
    assert len(api.get(f"{path}/segments").json()) == 2
    assert api.get(f"/objects/{flow['unused']}").status_code == 404
    assert put_read_only(api, flow, value=False) == 204
    assert api.post(f"{path}/segments", json=segment).status_code == 201


def test_RO_3_a_read_only_flow_is_read_and_unlocked(api: httpx.Client, make: Maker) -> None:
    flow = a_locked_flow(api, make)
    path = f"/flows/{flow['id']}"

    shown = api.get(path).json()
    segments = api.get(f"{path}/segments").json()
    for below in (
        "",
        "/tags",
        "/tags/a",
        "/read_only",
        "/segments",
        *(f"/{n}" for n in PROPERTIES),
    ):
        for method in ("GET", "HEAD"):
            assert api.request(method, f"{path}{below}").status_code == 200, below
    (listed,) = api.get("/flows", params={"source_id": flow["source_id"]}).json()

    assert shown["read_only"] is True
    assert listed == shown
    assert [each["timerange"] for each in segments] == ["[0:0_2:0)", "[2:0_4:0)"]
    assert api.get(f"/objects/{segments[0]['object_id']}").status_code == 200
    for value in (True, False):
        assert put_read_only(api, flow, value) == 204
    assert api.put(f"{path}/label", json="x").status_code == 204
    assert api.delete(path).status_code == 204


@pytest.mark.parametrize("when", ["created", "replaced"])
def test_RO_4_a_flow_may_be_put_as_read_only(api: httpx.Client, make: Maker, when: str) -> None:
    flow = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    path = f"/flows/{flow['id']}"
    if when == "replaced":
        make.flow(**flow)

    locked = api.put(path, json={**flow, "read_only": True})

    assert locked.status_code == (201 if when == "created" else 204)
    assert api.get(path).json()["read_only"] is True
    assert api.get(f"{path}/read_only").json() is True
    assert api.put(f"{path}/label", json="x").status_code == 403
    other = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    for bad in ("true", 1, None):
        wrong = {**other, "read_only": bad}
        assert api.put(f"/flows/{other['id']}", json=wrong).status_code == 400, bad
    unlocked = make.flow(**other, read_only=False)
    assert api.put(f"/flows/{unlocked['id']}/label", json="x").status_code == 204
