"""ERR: how errors are reported."""

import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import an_audio_flow_body
from tests.contract.conftest import Backends
from tests.contract.steps import Json, post, put, read_only, segment
from tests.maker import Maker
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
        assert error["message"] == error["summary"]


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
        assert each["message"] == each["summary"]


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
        "no container": "the Flow 'container' is not set",
        "overlap": "an existing segment",
        "unknown Object": "object_id",
        "wrong backend": "storage_id",
        "existing object_ids": "object_ids: some or all already exist",
        "webhook filter": "flow_ids",
        "no selector": "label",
    }

    assert mistakes.keys() == words.keys()
    for name, response in mistakes.items():
        assert response.status_code == 400, name
        assert words[name] in response.json()["summary"]


def test_refusals_use_the_words_of_the_specification(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    read_only(api, flow, True)
    profile_id = str(uuid4())
    technical = {name: flow[name] for name in ("format", "codec", "essence_parameters")}
    profile = {"id": profile_id, "flow_metadata": technical}
    path = f"/service/profiles/{profile_id}"
    assert api.post(path, json=profile).status_code == 201

    told = {
        "The requested Flow does not exist": api.get(f"/flows/{uuid4()}"),
        "The requested Source does not exist": api.get(f"/sources/{uuid4()}"),
        "The requested Object does not exist": api.get(f"/objects/{uuid4()}"),
        "You do not have permission to modify this Flow": put(api, flow, label="x"),
        "already exists": api.post(path, json=profile),
        "Invalid query options": api.get("/flows", params={"limit": "x"}),
        "Invalid query options: timerange": api.get("/flows", params={"timerange": "x"}),
    }

    for words, response in told.items():
        assert words in response.json()["summary"]


HUGE = "\u202e\x00<b>" + "x" * 100_000


def test_an_error_repeats_little_of_what_was_sent(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    path = f"/flows/{flow['id']}"
    url = {"label": HUGE, "url": "https://a.example/b"}
    essence = flow["essence_parameters"]

    refused = [
        post(api, flow, segment(HUGE, 0, 1)),
        post(api, flow, segment("a", 0, 1, get_urls=[url, url])),
        post(api, flow, segment("a", 0, 1, init_object_id=HUGE, get_urls=[url])),
        post(api, flow, segment("a", 0, 1, ts_offset=HUGE)),
        post(api, flow, {"object_id": "a", "timerange": HUGE}),
        put(api, flow, tags={HUGE: 1}),
        put(api, flow, profile_id=HUGE),
        put(api, flow, format=HUGE),
        put(api, flow, essence_parameters={**essence, HUGE: 1}),
        put(api, flow, flow_collection=[{"id": HUGE, "role": HUGE}]),
        api.post(f"{path}/storage", json={"object_ids": [HUGE, HUGE]}),
        api.post(f"{path}/storage", json={"storage_id": HUGE}),
        api.post("/service/webhooks", json={"url": f"http://{HUGE}/", "events": [HUGE]}),
        api.post(
            "/service/webhooks", json={"url": f"http://{'x' * 7_000}.localhost/", "events": []}
        ),
        api.get("/flows", params={"page": HUGE[:6_000]}),
        api.get("/flows", params={f"tag_exists.{HUGE[:6_000]}": "x"}),
        api.get("/events", params={"event_types": HUGE[:6_000]}),
        api.get(f"/{'x' * 6_000}"),
        api.get(f"/objects/{'x' * 6_000}"),
        api.get(f"{path}/tags/{'x' * 6_000}"),
    ]

    for response in refused:
        assert response.status_code in {400, 404}, response.text[:500]
        summary = response.json()["summary"]
        assert len(summary) < 600, summary[:1_000]
        assert summary.isprintable()


def test_a_failure_says_by_which_id_the_log_has_it(api: httpx.Client) -> None:
    first, second = (api.get("/flows/nothing") for _ in range(2))

    assert re.fullmatch("[0-9a-f-]{36}", first.headers["x-request-id"])
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert "x-request-id" not in api.get("/flows").headers
