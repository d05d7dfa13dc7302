"""Events about new, moved and deleted resources go to callers who could read them then and still can."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.access.conftest import Api
from tests.access.steps import Json, add, external, make, subscribe
from tests.receiver import Received, Receiver, receiver
from tests.waiting import until

EVERYTHING = [
    *("flows/created", "flows/updated", "flows/deleted"),
    *("flows/segments_added", "flows/segments_deleted"),
    *("sources/created", "sources/updated", "sources/deleted"),
]


@contextmanager
def webhooks(**readers: Api) -> Iterator[list[Receiver]]:
    """The receivers of one webhook per class, for events of every type."""
    with ExitStack() as opened:
        inboxes = []
        for name, api in readers.items():
            inbox = opened.enter_context(receiver())
            tags = {"auth_classes": [name]}
            made = subscribe(api, inbox, events=EVERYTHING, tags=tags)
            assert made.status_code == 201, made.text
            opened.callback(api.delete, f"/service/webhooks/{made.json()['id']}")
            inboxes.append(inbox)
        yield inboxes


def of(events: list[Received] | list[Json], *items: str) -> list[str]:
    """The types of those events that name any of these ids."""
    documents = [each.document if isinstance(each, Received) else each for each in events]
    return [each["event_type"] for each in documents if any(it in json.dumps(each) for it in items)]


def life(api: Api, *classes: str) -> Json:
    """Of a Flow that comes, gets five Segments, loses them, and goes, with its Source."""
    flow = make(api, *classes)
    path = f"/flows/{flow['id']}"
    for second in range(5):
        assert add(api, flow, second, str(uuid4()), **external("x")).status_code == 201
    accepted = api.delete(f"{path}/segments")
    assert accepted.status_code == 202
    until(lambda: api.get(accepted.headers["location"]).json()["status"] == "done")
    assert api.put(f"/sources/{flow['source_id']}/label", json="S").status_code == 204
    assert api.delete(path).is_success
    until(lambda: api.get(f"/sources/{flow['source_id']}").status_code == 404)
    return flow


LIFE = {
    "sources/created": 1,
    "flows/created": 1,
    "flows/segments_added": 5,
    "sources/updated": 1,
    "flows/deleted": 1,
    "sources/deleted": 1,
}


def test_WHK_38_events_of_every_type_go_to_those_who_may_read_and_to_no_others(
    news: Api, sport: Api, mixed: Api, admin: Api
) -> None:
    since = datetime.now(UTC).isoformat()
    with webhooks(news=news, sport=sport, archive=mixed) as inboxes:
        lives = {name: life(admin, name) for name in ("news", "sport", "archive")}
        end = life(admin, "news", "sport")
        for inbox in inboxes:
            inbox.wait_for(lambda it: "sources/deleted" in of(it.distinct, end["source_id"]))

    readers = (("news",), ("sport",), ("news", "archive"))
    for inbox, api, readable in zip(inboxes, (news, sport, mixed), readers, strict=True):
        logged = api.get("/events", params={"since": since, "limit": "1000"}).json()
        for name, flow in lives.items():
            found = of(inbox.distinct, flow["id"], flow["source_id"])
            in_log = of(logged, flow["id"], flow["source_id"])
            if name in readable:
                assert {each: found.count(each) for each in LIFE} == LIFE
                assert "flows/segments_deleted" in found
                assert sorted(in_log) == sorted(found)
            else:
                assert (found, in_log) == ([], [])


def test_a_source_of_other_classes_than_its_flow_has_readers_of_its_own(
    news: Api, sport: Api, admin: Api
) -> None:
    with webhooks(news=news, sport=sport) as (of_news, of_sport):
        flow = make(admin, "news")
        source = f"/sources/{flow['source_id']}"
        assert admin.put(f"{source}/tags/auth_classes", json=["sport"]).status_code == 204
        assert admin.put(f"{source}/description", json="for sport").status_code == 204
        assert admin.delete(f"/flows/{flow['id']}").status_code == 204
        end = life(admin, "news", "sport")
        for inbox in (of_news, of_sport):
            inbox.wait_for(lambda it: "sources/deleted" in of(it.distinct, end["source_id"]))

    ids = (flow["id"], flow["source_id"])
    assert of(of_sport.distinct, *ids) == ["sources/updated", "sources/updated", "sources/deleted"]
    assert set(of(of_news.distinct, *ids)) <= {"sources/created", "flows/created", "flows/deleted"}
    assert "flows/deleted" in of(of_news.distinct, flow["id"])
    assert "for sport" not in json.dumps([each.document for each in of_news.distinct])


@pytest.fixture
def wanderer(admin: Api) -> Json:
    """A Flow of news, which was sport's for a while."""
    flow = make(admin, "news", source_id=make(admin, "news", "sport")["source_id"])
    path = f"/flows/{flow['id']}"
    for classes, label in (("news", "n1"), ("sport", "s1"), ("sport", "s2"), ("news", "n2")):
        assert admin.put(f"{path}/tags/auth_classes", json=[classes]).status_code == 204
        assert admin.put(f"{path}/label", json=label).status_code == 204
    query = {"flow_ids": flow["id"], "limit": "1000"}
    until(lambda: len(admin.get("/events", params=query).json()) == 9)
    return flow


def labels(api: Api, flow: Json) -> list[str | None]:
    events = api.get("/events", params={"flow_ids": flow["id"], "limit": "1000"}).json()
    return [each["event"]["flow"].get("label") for each in events]


def test_of_what_was_elsewhere_for_a_while_that_while_is_not_told(
    wanderer: Json, news: Api, sport: Api, both: Api
) -> None:
    assert labels(news, wanderer) == [None, None, "n1", "s2", "n2"], "it came back as it was then"
    assert labels(sport, wanderer) == []
    assert labels(both, wanderer) == [None, None, "n1", "n1", "s1", "s1", "s2", "s2", "n2"]


def test_what_moved_away_is_told_no_more_and_goes_unseen(
    wanderer: Json, news: Api, sport: Api, admin: Api
) -> None:
    path = f"/flows/{wanderer['id']}"
    with webhooks(news=news, sport=sport) as (of_news, of_sport):
        assert admin.put(f"{path}/tags/auth_classes", json=["sport"]).status_code == 204
        assert labels(news, wanderer) == []
        until(lambda: len(labels(sport, wanderer)) == 5)
        assert labels(sport, wanderer) == ["n1", "s1", "s1", "s2", "n2"]

        assert admin.delete(path).status_code == 204
        of_sport.wait_for(lambda it: "flows/deleted" in of(it.distinct, wanderer["id"]))
        end = life(admin, "news")
        of_news.wait_for(lambda it: "sources/deleted" in of(it.distinct, end["source_id"]))

    assert "flows/deleted" not in of(of_news.distinct, wanderer["id"])


def test_a_page_of_the_log_is_not_empty_while_there_is_more_behind_it(
    wanderer: Json, news: Api, admin: Api
) -> None:
    """Whoever reads until nothing comes would miss the rest."""
    path = f"/flows/{wanderer['id']}/tags/auth_classes"
    assert admin.put(path, json=["sport"]).status_code == 204
    later = make(admin, "news")
    ids = {"flow_ids": f"{wanderer['id']},{later['id']}"}
    until(lambda: len(admin.get("/events", params=ids).json()) == 11)

    found: list[Json] = []
    query: dict[str, Any] = {**ids, "limit": "1"}
    while True:
        answer = news.get("/events", params=query)
        if not answer.json():
            break
        found += answer.json()
        query["page"] = answer.headers["x-paging-nextkey"]

    assert of(found, later["id"]) == ["flows/created"]
    assert len(found) == 1
