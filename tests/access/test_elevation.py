"""Privilege escalation: each attempt starts with some permission and would end with more."""

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.access.conftest import Api, Backends
from tests.access.steps import add, external, make, registered, subscribe
from tests.contract.steps import segment
from tests.receiver import Receiver

Json = dict[str, Any]


def test_a_class_of_ones_own_put_beside_another_brings_no_permission_along(
    mixed: Api, sport: Api, news: Api
) -> None:
    """Mixed may write sport, and do everything in archive."""
    flow = make(sport)
    for path in (f"/flows/{flow['id']}", f"/sources/{flow['source_id']}"):
        moved = mixed.put(f"{path}/tags/auth_classes", json=["sport", "archive"])
        assert moved.status_code == 403
        assert mixed.get(path).status_code == 403
    body = {**flow, "tags": {"auth_classes": ["sport", "archive"]}}
    assert mixed.put(f"/flows/{flow['id']}", json=body).status_code == 403
    assert mixed.delete(f"/flows/{flow['id']}").status_code == 403


@pytest.fixture
def init_object(news: Api) -> str:
    """Of news, and in use."""
    flow = make(news, init_segments=True)
    answer = news.post(f"/flows/{flow['id']}/storage", json={"limit": 2})
    init, media = (each["object_id"] for each in answer.json()["media_objects"])
    assert add(news, flow, 0, media, init_object_id=init).status_code == 201
    return str(init)


def test_an_upload_that_registers_by_itself_opens_no_init_object(
    news: Api, sport: Api, init_object: str
) -> None:
    flow = make(sport, init_segments=True)
    assert sport.get(f"/objects/{init_object}").status_code == 404
    wanted = {"timerange": "[0:0_1:0)", "init_object_id": init_object}
    unknown = {**wanted, "init_object_id": str(uuid4())}

    path = f"/flows/{flow['id']}/storage"
    refused, other = (sport.post(path, json={"segments": [it]}) for it in (wanted, unknown))

    assert refused.status_code == other.status_code == 400
    assert "does not exist" in refused.json()["summary"]
    assert "does not exist" in other.json()["summary"]
    assert add(sport, flow, 0, str(uuid4()), init_object_id=init_object).status_code == 400


def test_a_flow_made_again_does_not_own_what_was_made_for_the_one_before(
    news: Api, sport: Api, mixed: Api, admin: Api
) -> None:
    flow, other = make(news), make(sport)
    object_id = registered(news, flow)
    assert add(admin, other, 0, object_id).status_code == 201
    assert news.delete(f"/flows/{flow['id']}").status_code == 204
    time.sleep(1.2)  # clocks may be a second apart

    again = make(mixed, "archive", id=flow["id"])
    assert admin.put(f"/flows/{other['id']}/tags/auth_classes", json=["news"]).status_code == 204
    assert mixed.get(f"/objects/{object_id}").status_code == 200
    assert add(mixed, again, 0, object_id).status_code == 201

    evil = {"label": "evil", "url": "https://evil.example.com/x"}
    assert mixed.post(f"/objects/{object_id}/instances", json=evil).status_code == 403
    path = f"/objects/{object_id}/instances"
    assert mixed.delete(path, params={"label": "open"}).status_code == 403


def test_bytes_are_copied_from_where_one_may_read_them(
    sport: Api, both: Api, backends: Backends
) -> None:
    flow = make(both, "news", "sport")
    object_id = registered(both, flow, backends.news)
    assert sport.get(f"/objects/{object_id}").json()["get_urls"] == []

    copied = sport.post(f"/objects/{object_id}/instances", json={"storage_id": backends.open})

    assert copied.status_code == 403
    path = f"/objects/{object_id}/instances"
    assert both.post(path, json={"storage_id": backends.open}).status_code == 201


def test_a_secret_is_not_sent_to_a_url_that_its_owner_did_not_give(
    news: Api, both: Api, inbox: Receiver
) -> None:
    secret = {"api_key_name": "X-Key", "api_key_value": "not-for-logs"}
    made = subscribe(news, inbox, **secret).json()
    path, put = f"/service/webhooks/{made['id']}", {**made, "status": "created"}

    elsewhere = put | {"url": "https://evil.example.com/"}
    assert both.put(path, json=elsewhere).status_code == 400
    assert both.put(path, json=put | {"api_key_name": "X-Other"}).status_code == 400
    assert both.put(path, json=elsewhere | {"api_key_value": "theirs"}).status_code == 201
    assert both.delete(path).status_code == 204


def test_a_source_is_not_taken_over_by_moving_its_flow_away_and_back(
    news: Api, sport: Api, admin: Api
) -> None:
    flow = make(sport)
    source = f"/sources/{flow['source_id']}"
    assert admin.put(f"{source}/tags/auth_classes", json=["news"]).status_code == 204
    assert sport.get(source).status_code == 404

    moved = sport.put(f"/flows/{flow['id']}", json={**flow, "source_id": str(uuid4())})

    assert moved.status_code == 404
    assert news.get(source).status_code == 200


def test_what_is_hidden_is_named_as_the_caller_named_it(
    sport: Api, both: Api, backends: Backends
) -> None:
    flow = make(both, "news", "sport")
    object_id = registered(both, flow, backends.news)
    path = f"/objects/{object_id}/instances"

    hidden, unknown = (
        sport.delete(path, params={"label": label}) for label in ("news", "no-such-label")
    )

    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["summary"] == "The requested Instance does not exist: 'news'"
    assert backends.news not in hidden.text


def test_a_contradiction_with_what_is_hidden_is_not_explained(news: Api, both: Api) -> None:
    shared = make(both, "news", "sport")
    ours = make(both, "news", source_id=shared["source_id"])
    theirs = make(both, "news", source_id=shared["source_id"])
    hidden = make(both, "sport")
    visible = make(both, "news", "sport", source_id=hidden["source_id"])
    items = [{"id": hidden["id"], "role": "SECRET-ROLE"}]
    assert both.put(f"/flows/{theirs['id']}/flow_collection", json=items).status_code == 204

    guess = [{"id": visible["id"], "role": "guess"}]
    refused = news.put(f"/flows/{ours['id']}/flow_collection", json=guess)

    assert refused.status_code == 400
    assert "SECRET" not in refused.text
    assert theirs["id"] not in refused.text


def test_a_deletion_request_moves_with_its_flow(news: Api, sport: Api, both: Api) -> None:
    flow = make(both, "news")
    for second in range(5):
        assert add(both, flow, second, str(uuid4()), **external("x")).status_code == 201
    accepted = news.delete(f"/flows/{flow['id']}/segments")
    assert accepted.status_code == 202
    path = accepted.headers["location"]
    assert news.get(path).status_code == 200

    moved = both.put(f"/flows/{flow['id']}/tags/auth_classes", json=["sport"])

    assert moved.status_code == 204
    assert (news.get(path).status_code, sport.get(path).status_code) == (404, 200)


def test_an_upload_for_a_flow_that_is_gone_is_not_the_next_ones(news: Api, mixed: Api) -> None:
    flow = make(news)
    allocated = news.post(f"/flows/{flow['id']}/storage", json={"limit": 1}).json()
    (left,) = allocated["media_objects"]
    assert news.delete(f"/flows/{flow['id']}").status_code == 204
    time.sleep(1.2)

    again = make(mixed, "archive", id=flow["id"])

    assert add(mixed, again, 0, left["object_id"]).status_code == 400


def test_who_may_write_and_not_read_is_told_what_is_wrong_with_the_request(
    mixed: Api, sport: Api
) -> None:
    flow = make(sport)

    assert mixed.put(f"/flows/{flow['id']}/label", json=5).status_code == 400
    assert mixed.put(f"/flows/{flow['id']}/label", json="x").status_code == 204


def test_odd_credentials_are_refused_like_any_bad_ones(classed_url: str) -> None:
    for value in (
        b"Basic \xe9",
        b"Basic \xff\xfe",
        b"Basic",
        b"Basic Og==",
        b"Bearer \xff",
        b"Bearer " + b"." * 2_000,
        b"Bearer e30.e30.",
        b"Bearer W10.W10.W10",
        b"Bearer bnVsbA.bnVsbA.bnVsbA",
    ):
        answer = httpx.get(f"{classed_url}/flows", headers=[(b"Authorization", value)])
        assert answer.status_code == 401, value
        assert httpx.get(f"{classed_url}/health", headers=[(b"Authorization", value)]).is_success
    many = "&".join(["access_token=x"] * 300)
    assert httpx.get(f"{classed_url}/flows?{many}").status_code == 401


def test_no_page_of_another_site_writes_with_a_password_that_a_browser_remembers(
    client: httpx.Client,
) -> None:
    form = {"Content-Type": "text/plain", "Sec-Fetch-Site": "cross-site"}
    body = segment("x", 0, 1)
    path = f"/flows/{uuid4()}/segments"
    good = ("bob", "password-of-the-tests")

    assert client.post(path, json=body, headers=form, auth=good).status_code == 401
    same = form | {"Sec-Fetch-Site": "same-origin"}
    assert client.post(path, json=body, headers=same, auth=good).status_code == 404
