"""ERR: how errors are told."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker
from tests.builders import an_audio_flow_body
from tests.contract.conftest import Backends
from tests.contract.steps import Json, post, put, read_only, segment
from tests.official_schemas import OfficialSchemas
from tests.receiver import answer, receiver


def test_ERR_1_an_error_has_a_type_a_summary_and_a_time(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()

    for response in (
        api.get(f"/flows/{uuid4()}"),
        api.get("/nowhere"),
        api.get("/flows", params={"limit": "x"}),
        put(api, flow, source_id="x"),
        api.request("PATCH", "/flows"),
    ):
        error = response.json()
        assert {"type", "summary", "time"} <= error.keys()
        assert error["type"]
        assert error["summary"]
        assert datetime.fromisoformat(error["time"]).tzinfo is not None
        assert "traceback" not in error


def test_ERR_2_a_failed_segment_and_a_failed_webhook_tell_their_error_alike(
    api: httpx.Client, make: Maker, subscribe: Any
) -> None:
    flow = make.flow()
    failure = post(api, flow, [segment("nobody's", 0, 1)]).json()["failed_segments"][0]["error"]
    with receiver(answer(500)) as it:
        webhook = subscribe(it, flow["source_id"])
        api.put(f"/flows/{flow['id']}/label", json="x")
        path = f"/service/webhooks/{webhook['id']}"
        it.wait_for(lambda _: "error" in api.get(path).json())
        error = api.get(path).json()["error"]

    for each in (failure, error):
        assert {"type", "summary", "time"} <= each.keys()


def test_ERR_3_every_refusal_has_the_same_kind_of_body(
    api: httpx.Client, make: Maker, schemas: OfficialSchemas
) -> None:
    flow = make.flow()
    read_only(api, flow, True)

    refusals = {
        400: api.get("/flows", params={"limit": "x"}),
        403: api.delete(f"/flows/{flow['id']}"),
        404: api.get("/nowhere"),
        405: api.patch("/flows"),
        413: api.put(f"/flows/{flow['id']}/label", json="x" * 5_000_000),
    }

    for status, response in refusals.items():
        assert response.status_code == status
        assert response.headers["Content-Type"].partition(";")[0] == "application/json"
        schemas.check("error.json", response.json())


def test_ERR_5_a_refusal_to_change_what_a_profile_says_names_the_profile(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    profile_id = str(uuid4())
    technical = {name: flow[name] for name in ("format", "codec", "essence_parameters")}
    body = {"id": profile_id, "flow_metadata": technical}
    assert api.post(f"/service/profiles/{profile_id}", json=body).status_code == 201
    linked = {"id": flow["id"], "source_id": flow["source_id"], "profile_id": profile_id}
    assert put(api, linked).status_code == 204

    for response in (
        api.put(f"/flows/{flow['id']}/avg_bit_rate", json=1),
        put(api, linked, codec="video/h265"),
    ):
        assert response.status_code == 400
        assert "profile" in response.json()["summary"].lower()


def test_ERR_7_a_write_to_a_read_only_flow_is_forbidden(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    read_only(api, flow, True)

    for response in (
        put(api, flow, label="x"),
        api.put(f"/flows/{flow['id']}/tags/a", json="b"),
        api.post(f"/flows/{flow['id']}/storage", json={}),
        post(api, flow, segment("x", 0, 1)),
        api.delete(f"/flows/{flow['id']}"),
    ):
        assert response.status_code == 403
        assert "read-only" in response.json()["summary"]


def test_ERR_8_what_is_not_there_comes_before_what_is_wrong_with_the_request(
    api: httpx.Client,
) -> None:
    nobody = f"/flows/{uuid4()}"

    for method, path in (("PUT", "/label"), ("POST", "/segments"), ("POST", "/storage")):
        assert api.request(method, f"{nobody}{path}", json=1).status_code == 404, path
    for path in (f"/flows/{uuid4()}?timerange=x", f"/objects/{uuid4()}?presigned=x"):
        assert api.get(path).status_code == 404, path


def test_ERR_8_what_is_forbidden_comes_before_what_is_wrong_with_the_request(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    read_only(api, flow, True)
    path = f"/flows/{flow['id']}"

    for method, below in (("PUT", ""), ("PUT", "/label"), ("POST", "/segments")):
        assert api.request(method, f"{path}{below}", json=1).status_code == 403, below
    assert api.delete(f"{path}/segments", params={"timerange": "x"}).status_code == 403


@pytest.fixture
def mistakes(api: httpx.Client, make: Maker, backends: Backends) -> dict[str, httpx.Response]:
    """An answer for each kind of mistake the specification names."""
    flow, bare = make.flow(), make.flow(container=None)
    (object_id,) = (each["object_id"] for each in make.segments(flow["id"], 1))
    audio = an_audio_flow_body(id=str(uuid4()), source_id=flow["source_id"])
    linked = {"id": str(uuid4()), "source_id": str(uuid4()), "profile_id": str(uuid4())}
    storage = f"/flows/{flow['id']}/storage"
    hook: Json = {"url": "http://127.0.0.1:1024", "events": [], "flow_ids": ["x"]}
    return {
        "malformed body": put(api, flow, tags=1),
        "unknown profile": put(api, linked),
        "Flow and Source conflict": put(api, audio),
        "no container": post(api, bare, segment("x", 0, 1)),
        "overlap": post(api, flow, segment(make.objects(flow["id"], 1)[0], 1, 2)),
        "unknown Object": post(api, flow, segment("nobody's", 10, 11)),
        "wrong backend": api.post(storage, json={"storage_id": str(uuid4())}),
        "existing object_ids": api.post(storage, json={"object_ids": [object_id]}),
        "webhook filter": api.post("/service/webhooks", json=hook),
        "no selector": api.delete(f"/objects/{object_id}/instances"),
    }


def test_ERR_9_mistakes_are_answered_with_400_and_what_they_are(
    mistakes: dict[str, httpx.Response],
) -> None:
    words = {
        "malformed body": "tags",
        "unknown profile": "profile_id",
        "Flow and Source conflict": "format",
        "no container": "container",
        "overlap": "overlaps",
        "unknown Object": "object_id",
        "wrong backend": "storage_id",
        "existing object_ids": "object_ids",
        "webhook filter": "flow_ids",
        "no selector": "label",
    }

    assert mistakes.keys() == words.keys()
    for name, response in mistakes.items():
        assert response.status_code == 400, name
        assert words[name] in response.json()["summary"]
