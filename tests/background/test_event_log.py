"""The event log: replayed, filtered and followed, with nothing missed."""

import base64
import re
import threading
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tams.models.event import EventType
from tests.contract.conformance import ROOT
from tests.event_stream import EventStream
from tests.maker import Maker
from tests.waiting import until

Json = dict[str, Any]


@pytest.fixture
def flow(make: Maker) -> Json:
    made: Json = make.flow()
    return made


def label(api: httpx.Client, flow: Json, text: str) -> None:
    assert api.put(f"/flows/{flow['id']}/label", json=text).status_code == 204


def told(api: httpx.Client, **query: Any) -> list[Json]:
    response = api.get("/events", params=query)
    assert response.status_code == 200, response.text
    found: list[Json] = response.json()
    return found


def types(events: list[Json]) -> list[str]:
    return [each["event_type"] for each in events]


def complete(api: httpx.Client, flow: Json, count: int) -> list[Json]:
    """The events of a Flow's Source, once there are so many."""
    query = {"source_ids": flow["source_id"]}
    until(lambda: len(told(api, **query)) >= count)
    return told(api, **query)


def test_the_log_tells_what_happened_as_webhooks_are_told(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    label(api, flow, "a")
    posted = make.segments(flow["id"], 2)
    api.delete(f"/flows/{flow['id']}")

    events = complete(api, flow, 6)

    assert types(events) == [
        "sources/created",
        "flows/created",
        "flows/updated",
        "flows/segments_added",
        "flows/deleted",
        "sources/deleted",
    ]
    assert len({each["event_id"] for each in events}) == 6
    assert events[2]["event"]["flow"]["label"] == "a"
    assert events[3]["event"]["flow_id"] == flow["id"]
    assert events[4]["event"] == {"flow_id": flow["id"]}
    assert len(posted) == 2


def test_segments_come_with_the_urls_that_are_asked_for(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (posted,) = make.segments(flow["id"], 1)
    query = {"flow_ids": flow["id"], "event_types": "flows/segments_added"}
    until(lambda: bool(told(api, **query)))

    (event,) = told(api, **query)
    (without,) = told(api, accept_get_urls="", **query)

    (segment,) = event["event"]["segments"]
    assert segment["object_id"] == posted["object_id"]
    assert [url["label"] for url in segment["get_urls"]] == ["local"]
    assert without["event"]["segments"][0]["get_urls"] == []


def test_what_happens_later_is_behind_the_next_link(api: httpx.Client, flow: Json) -> None:
    complete(api, flow, 2)
    query: Json = {"source_ids": flow["source_id"], "limit": 1}
    response = api.get("/events", params=query)
    seen = types(response.json())
    while len(seen) < 2 or response.json():
        response = api.get(response.links["next"]["url"])
        seen += types(response.json())
    assert seen == ["sources/created", "flows/created"]

    label(api, flow, "later")
    until(lambda: bool(api.get(response.links["next"]["url"]).json()))

    (event,) = api.get(response.links["next"]["url"]).json()
    assert event["event"]["flow"]["label"] == "later"


def test_the_log_is_narrowed_by_time_type_and_id(api: httpx.Client, make: Maker) -> None:
    source_id = str(uuid4())
    first, second = make.flow(source_id=source_id), make.flow(source_id=source_id)
    complete(api, first, 3)
    moment = datetime.now(UTC).isoformat()
    label(api, first, "later")
    complete(api, first, 4)
    by = {"source_ids": source_id}

    assert types(told(api, **by, since=moment)) == ["flows/updated"]
    assert types(told(api, **by, event_types="flows/created")) == ["flows/created"] * 2
    assert (
        types(told(api, **by, event_types="flows/created,sources/created"))[0] == "sources/created"
    )
    assert types(told(api, flow_ids=second["id"])) == ["flows/created"]
    assert told(api, flow_ids=str(uuid4())) == []


def test_who_waits_is_told_as_soon_as_something_happens(api: httpx.Client, flow: Json) -> None:
    complete(api, flow, 2)
    query = {"source_ids": flow["source_id"], "since": datetime.now(UTC).isoformat()}
    change = threading.Timer(0.7, label, (api, flow, "now"))
    change.start()

    # It comes with the answer to one request, which would wait for longer than any client.
    events = told(api, wait=20, **query)
    change.join()

    assert types(events) == ["flows/updated"]
    assert told(api, wait=1, **{**query, "since": datetime.now(UTC).isoformat()}) == []


def test_a_browser_hears_each_event_by_the_name_of_its_type(api: httpx.Client, flow: Json) -> None:
    complete(api, flow, 2)
    query: Json = {"source_ids": flow["source_id"], "follow": "sse"}
    text = api.get("/events", params=query).text

    stream = EventStream("sources/created", "flows/created", "message").read(text)

    assert types(stream.heard["sources/created"]) == ["sources/created"]
    assert types(stream.heard["flows/created"]) == ["flows/created"]
    assert stream.heard["message"] == [], "an event without a name"


def test_the_guide_to_events_listens_for_names_that_the_stream_uses() -> None:
    guide = (ROOT / "shared" / "docs" / "guides" / "events.md").read_text()
    (script,) = re.findall(r"```js\n(.*?)```", guide, re.DOTALL)

    assert "new EventSource" in script
    assert "onmessage" not in script
    names = re.findall(r'addEventListener\("([^"]+)"', script)
    assert names
    assert set(names) <= {each.value for each in EventType}


def test_a_stream_goes_on_where_its_follower_was(api: httpx.Client, flow: Json) -> None:
    complete(api, flow, 2)
    query: Json = {"source_ids": flow["source_id"], "follow": "sse"}
    first = api.get("/events", params=query)
    assert first.headers["Content-Type"].startswith("text/event-stream")
    stream = EventStream("flows/created", "flows/updated").read(first.text)
    assert types(stream.heard["flows/created"]) == ["flows/created"]

    label(api, flow, "later")
    again = api.get("/events", params=query, headers={"Last-Event-ID": stream.last_id})

    stream = EventStream("flows/created", "flows/updated").read(again.text)
    assert stream.heard["flows/created"] == []
    (event,) = stream.heard["flows/updated"]
    assert event["event"]["flow"]["label"] == "later"


def test_where_one_is_in_the_log_tells_nothing_of_what_else_happens(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    """Places count all events: in clear, two of them would tell how many came between."""
    complete(api, flow, 2)
    query: Json = {"source_ids": flow["source_id"], "limit": 10, "since": flow["created"]}

    def keys() -> list[str]:
        response = api.get("/events", params=query)
        text = api.get("/events", params={**query, "follow": "sse"}).text
        return [response.headers["X-Paging-NextKey"], EventStream().read(text).last_id]

    found = keys() + keys()
    make.flow()
    found += keys()

    assert len(set(found)) == len(found), "that nothing happened would be told too"
    assert len({len(each) for each in found}) == 1
    for each in found:
        assert api.get("/events", params={**query, "page": each}).json() == []


def test_an_unknown_event_type_is_answered_with_the_known_ones(api: httpx.Client) -> None:
    answer = api.get("/events", params={"event_types": "flows/segment_added"})

    assert answer.status_code == 400
    assert "'flows/segment_added' is not one of flows/created, " in answer.json()["summary"]


@pytest.mark.parametrize(
    "query",
    [
        {"page": base64.urlsafe_b64encode(b"[5]").decode()},
        {"page": "A" * 98},
        {"since": "yesterday"},
        {"since": "2026-01-01T00:00:00"},
        {"event_types": "flows/renamed"},
        {"flow_ids": "x"},
        {"wait": 21},
        {"wait": -1},
        {"page": "x"},
        {"follow": "websocket"},
        {"limit": 0},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(api: httpx.Client, query: Json) -> None:
    response = api.get("/events", params=query)

    assert response.status_code == 400
    assert next(iter(query)) in response.json()["summary"]
