"""The event log under classes: whatever callers ask, from wherever, they see only their own events."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Timer
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api, Backends
from tests.access.listed import READERS, callers, classes_of
from tests.access.steps import make, registered
from tests.long_form import share
from tests.waiting import until

Json = dict[str, Any]
CLASSES = [["news"], ["sport"], ["news", "sport"], ["archive"], []]
PER_FLOW = 4
"""sources/created, flows/created, and two flows/updated."""


@dataclass(frozen=True)
class Log:
    """What happened to a Flow of each of CLASSES, in turns, from `since` on."""

    api: dict[str, Api]
    flows: list[Json]
    since: str
    everything: list[Json]
    keys: list[str]
    """Of the admin's pages, one event each."""

    def query(self, **more: Any) -> Json:
        sources = ",".join(each["source_id"] for each in self.flows)
        return {"source_ids": sources, "since": self.since, "limit": "1000", **more}

    def told(self, name: str, **more: Any) -> list[Json]:
        answer = self.api[name].get("/events", params=self.query(**more))
        assert answer.status_code == 200, answer.text
        assert "next" in answer.links
        found: list[Json] = answer.json()
        return found

    def theirs(self, person: Person, events: list[Json]) -> list[Json]:
        mine = {
            each[key]
            for each in self.flows
            if person.may("read", classes_of(each))
            for key in ("id", "source_id")
        }
        return [each for each in events if subject(each) in mine]


def subject(event: Json) -> str:
    """The id of the Flow, or else of the Source, that an event is of."""
    of = event["event"]
    whole = of.get("flow") or of.get("source") or {}
    return str(whole.get("id") or of.get("flow_id") or of.get("source_id"))


@pytest.fixture(scope="module")
def log(classed: Stack) -> Iterator[Log]:
    with callers(classed) as api:
        since = datetime.now(UTC).isoformat()
        flows = [make(api["admin"], *classes) for classes in CLASSES]
        for text in ("first", "second"):
            for flow in flows:
                assert api["admin"].put(f"/flows/{flow['id']}/label", json=text).is_success
        query = Log(api, flows, since, [], []).query()
        count = PER_FLOW * len(flows)
        until(lambda: len(api["admin"].get("/events", params=query).json()) == count)
        everything = api["admin"].get("/events", params=query).json()
        made = Log(api, flows, since, everything, [])
        page: Json = {}
        for _ in everything:
            answer = api["admin"].get("/events", params={**query, "limit": "1", **page})
            page = {"page": answer.headers["x-paging-nextkey"]}
            made.keys.append(page["page"])
        yield made


FILTERS: dict[str, Json] = {
    "nothing": {},
    "types": {"event_types": "flows/created,sources/created"},
    "one type": {"event_types": "flows/updated"},
    "what has not happened": {"event_types": "flows/deleted,sources/deleted"},
    "Flows": {"flow_ids": "FLOWS"},
    "Flows and types": {"flow_ids": "FLOWS", "event_types": "flows/updated"},
    "no URLs": {"accept_get_urls": ""},
    "times of Objects": {"include_object_timerange": "true", "verbose_storage": "true"},
}


@pytest.mark.parametrize("what", FILTERS)
def test_the_log_tells_each_caller_what_an_admin_is_told_of_what_is_theirs(
    what: str, log: Log
) -> None:
    ids = ",".join(each["id"] for each in log.flows)
    query = {name: ids if it == "FLOWS" else it for name, it in FILTERS[what].items()}
    everything = log.told("admin", **query)

    for person in READERS:
        assert log.told(person.name, **query) == log.theirs(person, everything), person.name


def test_every_caller_who_may_not_read_at_all_is_refused(log: Log) -> None:
    for person in PEOPLE:
        for method in ("GET", "HEAD"):
            answer = log.api[person.name].request(method, "/events", params=log.query())
            allowed = person.is_admin or person in READERS
            assert answer.status_code == (200 if allowed else 403), person.name


@pytest.mark.parametrize("person", READERS, ids=lambda it: it.name)
def test_pages_of_the_log_are_full_and_what_is_between_is_not_noticed(
    person: Person, log: Log
) -> None:
    mine = log.theirs(person, log.everything)
    for limit in (1, 2, 3):
        found: list[Json] = []
        query = log.query(limit=str(limit))
        while len(found) < len(mine):
            answer = log.api[person.name].get("/events", params=query)
            assert len(answer.json()) == min(limit, len(mine) - len(found))
            found += answer.json()
            query["page"] = answer.headers["x-paging-nextkey"]
            head = log.api[person.name].head("/events", params=query)
            assert head.status_code == 200
            assert head.links.keys() == {"next"}
        assert found == mine
        assert log.api[person.name].get("/events", params=query).json() == []


@pytest.mark.parametrize("person", READERS, ids=lambda it: it.name)
@pytest.mark.parametrize("follow", [{}, {"follow": "sse"}], ids=["pages", "stream"])
def test_a_place_that_another_caller_got_to_is_followed_by_what_is_ones_own(
    follow: Json, person: Person, log: Log
) -> None:
    for place in share(range(1, len(log.keys)), READERS.index(person), 3):
        key = log.keys[place - 1]
        expected = log.theirs(person, log.everything[place:])
        query = log.query(page=key, wait="0", **follow)

        answer = log.api[person.name].get("/events", params=query)

        assert (streamed(answer.text) if follow else answer.json()) == expected
        if follow:
            again = log.api[person.name].get(
                "/events", params=log.query(wait="0", **follow), headers={"Last-Event-ID": key}
            )
            assert streamed(again.text) == expected


def streamed(text: str) -> list[Json]:
    lines = [line for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def test_from_any_moment_on_it_is_no_different(log: Log) -> None:
    for place in share(range(len(log.everything)), 0, 3):
        since = log.everything[place]["event_timestamp"]
        later = [it for it in log.everything[place:] if it["event_timestamp"] >= since]
        for name in ("news", "sport"):
            person = next(each for each in PEOPLE if each.name == name)
            found = log.told(name, since=since)
            assert [it for it in log.theirs(person, later) if it not in found] == []
            assert log.theirs(person, found) == found


@pytest.mark.parametrize("follow", [{}, {"follow": "sse"}], ids=["pages", "stream"])
def test_who_waits_is_not_woken_by_what_others_do(follow: Json, log: Log) -> None:
    hidden, mine = log.flows[0], log.flows[1]
    moment = datetime.now(UTC).isoformat()
    query: Json = {"since": moment, "flow_ids": f"{hidden['id']},{mine['id']}", **follow}

    def describe(flow: Json) -> None:
        log.api["admin"].put(f"/flows/{flow['id']}/description", json=str(uuid4()))

    change = Timer(0.3, describe, (hidden,))
    change.start()
    started = time.monotonic()
    nothing = log.api["sport"].get("/events", params={**query, "wait": "2"})
    change.join()
    assert (streamed(nothing.text) if follow else nothing.json()) == []
    assert time.monotonic() - started > 1.4

    change = Timer(0.3, describe, (mine,))
    change.start()
    woken = log.api["sport"].get("/events", params={**query, "wait": "15"})
    change.join()
    (event,) = streamed(woken.text) if follow else woken.json()
    assert subject(event) == mine["id"]


def test_urls_in_the_log_are_on_backends_that_may_be_read(
    log: Log, both: Api, backends: Backends
) -> None:
    flow = make(both, "news", "sport")
    object_id = registered(both, flow, backends.news)
    asked = {"flow_ids": flow["id"], "event_types": "flows/segments_added"}
    until(lambda: bool(both.get("/events", params=asked).json()))

    for more in ({}, {"accept_storage_ids": backends.news}, {"verbose_storage": "true"}):
        labels = {}
        for name in ("news", "sport"):
            answer = log.api[name].get("/events", params={**asked, **more})
            (segment,) = answer.json()[0]["event"]["segments"]
            assert segment["object_id"] == object_id
            labels[name] = [each["label"] for each in segment["get_urls"]]
        assert labels == {"news": ["news"], "sport": []}
        assert backends.news not in answer.text
