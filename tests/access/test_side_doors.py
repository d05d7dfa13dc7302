"""Ways round the rules, and what a caller could do or learn through them, found as an attacker would."""

import base64
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.access.conftest import Api, Backends
from tests.access.steps import add, external, make, registered, subscribe
from tests.receiver import Receiver
from tests.waiting import until

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]


def test_nobody_invokes_a_function_and_tells_it_who_they_are(classed: Stack, admin: Api) -> None:
    """Whatever a proxy or a page in a browser makes of the request: without the stack's key it is none."""
    claimed = {"name": "x", "scopes": ["tams-api/admin"], "classes": None}
    event = json.loads((ROOT / "events/api/get_service.json").read_text())
    event["requestContext"]["authorizer"] = {"lambda": {"caller": json.dumps(claimed)}}
    url = f"{classed.api_url}/2015-03-31/functions/service/invocations"
    key = classed.config.credentials.aws.access_key
    forged: list[dict[str, str]] = [{}, {"Authorization": "AWS4-HMAC-SHA256 Credential=local/"}]

    for signed in forged:
        for headers in ({}, {"Host": "localhost"}, {"Origin": "https://evil.example"}):
            assert httpx.post(url, json=event, headers=headers | signed).status_code == 401
    assert admin.post(url, json=event).status_code == 404
    own = {"Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/lambda/x"}
    assert httpx.post(url, json=event, headers=own).json()["statusCode"] == 200


def test_a_url_of_ones_own_is_no_way_to_the_bytes_on_a_hidden_backend(
    sport: Api, both: Api, backends: Backends
) -> None:
    object_id = registered(both, make(both, "news", "sport"), backends.news)
    path = f"/objects/{object_id}/instances"
    url = {"label": f"by-{uuid4()}", "url": "https://example.com/x"}
    assert sport.post(path, json=url).status_code == 201

    assert sport.post(path, json={"storage_id": backends.open}).status_code == 403


def test_two_selectors_tell_no_more_of_a_hidden_instance_than_one(
    sport: Api, both: Api, backends: Backends
) -> None:
    object_id = registered(both, make(both, "news", "sport"), backends.news)
    path = f"/objects/{object_id}/instances"

    def refusal(label: str) -> tuple[int, str]:
        storage_id = str(uuid4())
        answer = sport.delete(path, params={"storage_id": storage_id, "label": label})
        return answer.status_code, answer.json()["summary"].replace(storage_id, "ID")

    assert refusal("news") == refusal("no-such-label")


def test_a_source_that_would_go_with_its_last_flow_is_left_by_who_may_delete_it(
    mixed: Api, sport: Api, both: Api, admin: Api
) -> None:
    """Mixed may write sport, and not delete it."""
    flow = make(both, "sport")
    source = f"/sources/{flow['source_id']}"
    assert admin.put(f"{source}/tags/auth_classes", json=["news", "sport"]).status_code == 204
    elsewhere = make(both, "sport")["source_id"]
    moved = {**flow, "source_id": elsewhere}

    assert mixed.put(f"/flows/{flow['id']}", json=moved).status_code == 403
    assert both.get(source).json()["tags"] == {"auth_classes": ["news", "sport"]}
    second = make(both, "sport", source_id=flow["source_id"])
    assert mixed.put(f"/flows/{second['id']}", json={**second, "source_id": elsewhere}).is_success
    assert sport.put(f"/flows/{flow['id']}", json=moved).is_success
    assert both.get(source).status_code == 404


def test_a_collection_written_back_as_it_is_seen_stays_as_it_is(
    news: Api, both: Api, admin: Api
) -> None:
    """Hidden members keep their places, so another collection of the Source does not contradict it."""
    hidden, seen, new = make(both, "sport"), make(both, "news"), make(both, "news")
    first = make(both, "news")
    second = make(both, "news", source_id=first["source_id"])
    members = [{"id": hidden["id"]}, {"id": seen["id"]}]
    for flow in (first, second):
        path = f"/flows/{flow['id']}/flow_collection"
        assert both.put(path, json=members).status_code == 204
    path = f"/flows/{first['id']}/flow_collection"
    shown = news.get(path).json()

    assert shown == [{"id": seen["id"]}]
    assert news.put(path, json=shown).status_code == 204
    assert [each["id"] for each in admin.get(path).json()] == [hidden["id"], seen["id"]]
    assert news.put(path, json=[*shown, {"id": new["id"]}]).status_code == 204
    ordered = [hidden["id"], seen["id"], new["id"]]
    assert [each["id"] for each in admin.get(path).json()] == ordered
    assert news.put(path, json=[]).status_code == 204
    assert [each["id"] for each in admin.get(path).json()] == [hidden["id"]]


def test_a_webhooks_filters_show_what_may_be_known_and_keep_the_rest(
    news: Api, both: Api, inbox: Receiver, backends: Backends
) -> None:
    theirs, ours = make(both, "sport"), make(both, "news")
    filters = {
        "flow_ids": [theirs["id"], ours["id"]],
        "source_ids": [theirs["source_id"]],
        "accept_storage_ids": [backends.vault, backends.open],
    }
    tags = {"auth_classes": ["news"]}
    made = subscribe(both, inbox, tags=tags, **filters).json()
    path = f"/service/webhooks/{made['id']}"

    seen = news.get(path).json()
    listed = news.get("/service/webhooks?limit=1000").json()

    assert (seen["flow_ids"], seen["source_ids"]) == ([ours["id"]], [])
    assert seen["accept_storage_ids"] == [backends.open]
    assert theirs["id"] not in json.dumps(listed)
    written = news.put(path, json={**seen, "status": "created"})
    assert written.status_code == 201, written.text
    assert theirs["id"] not in written.text
    kept = both.get(path).json()
    assert {name: set(kept[name]) for name in ("flow_ids", "source_ids")} == {
        "flow_ids": {theirs["id"], ours["id"]},
        "source_ids": {theirs["source_id"]},
    }
    assert news.put(path, json={**seen, "status": "created", "flow_ids": None}).status_code == 400
    del seen["flow_ids"]
    assert news.put(path, json={**seen, "status": "created"}).status_code == 201
    assert "flow_ids" not in both.get(path).json()
    assert both.delete(path).status_code == 204


def test_who_is_collected_by_nothing_they_know_is_told_so_in_events_too(
    news: Api, both: Api, inbox: Receiver
) -> None:
    flow, collector = make(news), make(both, "sport")
    hook = subscribe(news, inbox, flow_collected_by_ids=[], flow_ids=[flow["id"]]).json()
    members = [{"id": flow["id"]}]
    path = f"/flows/{collector['id']}/flow_collection"
    assert both.put(path, json=members).status_code == 204
    assert "collected_by" not in news.get(f"/flows/{flow['id']}").json()

    assert news.put(f"/flows/{flow['id']}/label", json="after").status_code == 204

    def told(it: Receiver) -> list[str]:
        return [each.event["flow"].get("label") for each in it.of_flow(flow["id"])]

    inbox.wait_for(lambda it: "after" in told(it))
    assert collector["id"] not in json.dumps([each.document for each in inbox.received])
    assert news.delete(f"/service/webhooks/{hook['id']}").status_code == 204


def test_segments_of_a_flow_that_is_being_deleted_are_in_no_event(
    classed: Stack, news: Api
) -> None:
    """However long it takes: here, no worker is running."""
    flow = make(news)
    for second in range(5):
        assert add(news, flow, second, str(uuid4()), **external("x")).status_code == 201
    asked = f"/events?flow_ids={flow['id']}&event_types=flows/segments_added"
    until(lambda: len(news.get(asked).json()) == 5)
    classed.kill("poller")
    try:
        assert news.delete(f"/flows/{flow['id']}").status_code == 202
        told = news.get(asked).json()
    finally:
        classed.restart("poller")

    assert [each["event"]["segments"] for each in told] == [[]] * 5


def test_how_far_a_deletion_has_got_is_told_to_readers(remover: Api, news: Api) -> None:
    """Remover may delete news, and nothing else: where the Flow ends is not theirs to know."""
    flow = make(news)
    for second in range(5):
        assert add(news, flow, second, str(uuid4()), **external("x")).status_code == 201

    accepted = remover.delete(f"/flows/{flow['id']}/segments?timerange=_")

    assert accepted.status_code == 202, accepted.text
    assert "timerange_remaining" not in accepted.json()
    path = accepted.headers["location"]
    assert "timerange_remaining" not in remover.get(path).json()
    assert "timerange_remaining" in news.get(path).json()


def test_what_is_wrong_is_said_without_what_is_there(mixed: Api, sport: Api) -> None:
    """Mixed may write sport, and not read it."""
    flow = make(sport)
    audio = {**flow, "format": "urn:x-nmos:format:audio", "codec": "audio/aac"}
    audio["essence_parameters"] = {"sample_rate": 48000, "channels": 2}

    refused = mixed.put(f"/flows/{flow['id']}", json=audio)

    assert refused.status_code == 400, refused.text
    assert "video" not in refused.text
    for path in (f"/flows/{flow['id']}", f"/sources/{flow['source_id']}"):
        assert mixed.put(f"{path}/label", json={"no": "text"}).status_code == 400
        assert mixed.put(f"{path}/label", json="x").status_code == 204


def test_an_upload_of_a_flow_that_is_gone_is_not_shown_to_the_next_of_its_id(
    news: Api, mixed: Api
) -> None:
    flow = make(news)
    answer = news.post(f"/flows/{flow['id']}/storage", json={"limit": 1}).json()
    (stored,) = answer["media_objects"]
    url = stored["put_url"]
    httpx.put(url["url"], content=b"x", headers={"Content-Type": url["content-type"]})
    path = f"/objects/{stored['object_id']}"
    until(lambda: "bytes have been uploaded" in news.get(path).json()["summary"])
    assert news.delete(f"/flows/{flow['id']}").status_code == 204
    time.sleep(1.2)  # clocks may be a second apart
    make(mixed, "archive", id=flow["id"])

    told = mixed.get(path)

    assert told.status_code == 404
    assert told.json()["summary"] == mixed.get(f"{path}x").json()["summary"].replace(
        f"{stored['object_id']}x", stored["object_id"]
    )


def test_a_class_without_a_name_is_none(admin: Api, nobody: Api) -> None:
    flow = make(admin)
    for empty in ("", [""], []):
        tag = f"/flows/{flow['id']}/tags/auth_classes"
        assert admin.put(tag, json=empty).status_code == 204
        assert nobody.get(f"/flows/{flow['id']}").status_code == 404


def test_only_admins_are_told_which_backend_is_away(classed: Stack, news: Api, admin: Api) -> None:
    for path in ("/health", "/health/ready"):
        states = {"status", "vast", "s3", "queues", "schedules"}
        assert set(admin.get(path).json()) == states
        assert news.get(path).json() == {"status": "ok"}
    assert news.get("/health").json() == {"status": "ok"}
    assert httpx.get(f"{classed.api_url}/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    "headers",
    [
        [("Host", "[::1]:4010")],
        [("Host", "a:b")],
        [("Host", "a:1:2")],
        [("Host", "x/../y?z#")],
        [("Host", "localhost"), ("X-Forwarded-Port", "no")],
        [("Host", "localhost"), ("X-Forwarded-Proto", "gopher://x/")],
    ],
    ids=str,
)
def test_an_address_that_is_none_does_no_harm(
    headers: list[tuple[str, str]], classed_url: str, news: Api
) -> None:
    anonymous = httpx.get(f"{classed_url}/flows", headers=headers)
    token = ("Authorization", "Bearer news")
    listed = httpx.get(f"{classed_url}/flows?limit=1", headers=[*headers, token])
    missing = httpx.put(
        f"{classed_url}/sources/{uuid4()}/label", content=b"no json", headers=[*headers, token]
    )

    assert (anonymous.status_code, listed.status_code, missing.status_code) == (401, 200, 404)
    if "next" in listed.links:
        led = urlsplit(listed.links["next"]["url"])
        assert (led.scheme, led.path) == ("http", "/flows")
        assert led.hostname in {"127.0.0.1", "::1", "localhost"}


@pytest.mark.parametrize("path", ["/flows", "/sources", "/service/webhooks", "/events"])
@pytest.mark.parametrize("text", ["[" * 1_500, '{"a":' * 1_000, "[1,NaN]", "[1e999]", "\x00"])
def test_a_page_key_that_somebody_made_up_is_the_clients_fault(
    path: str, text: str, news: Api
) -> None:
    key = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    assert news.get(path, params={"page": key}).status_code == 400
