"""EVT: what webhooks are sent, as a receiver of one Source's events gets it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker
from tests.contract.conftest import Subscribe
from tests.official_schemas import OfficialSchemas
from tests.receiver import Received, Receiver, receiver


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    with receiver() as it:
        yield it


@pytest.fixture
def source_id() -> str:
    return str(uuid4())


def arrived(inbox: Receiver, event_type: str, count: int = 1) -> list[Received]:
    def all_there(it: Receiver) -> bool:
        return sum(each.event_type == event_type for each in it.distinct) >= count

    return [each for each in inbox.wait_for(all_there) if each.event_type == event_type]


def test_EVT_1_events_are_posted_as_json_without_credentials_of_ours(
    inbox: Receiver, source_id: str, make: Maker, subscribe: Subscribe
) -> None:
    subscribe(inbox, source_id)

    make.flow(source_id=source_id)

    (event,) = arrived(inbox, "flows/created")
    headers = {name.lower(): value for name, value in event.headers.items()}
    assert headers["content-type"] == "application/json"
    assert not headers.keys() & {"authorization", "cookie", "x-amz-security-token"}


def test_EVT_2_the_key_is_sent_with_every_event(
    inbox: Receiver, source_id: str, make: Maker, subscribe: Subscribe
) -> None:
    subscribe(inbox, source_id, api_key_name="X-Our-Key", api_key_value="open sesame")

    make.flow(source_id=source_id)

    arrived(inbox, "flows/created")
    assert {each.headers.get("X-Our-Key") for each in inbox.received} == {"open sesame"}


def test_EVT_3_the_envelope_tells_when_and_what(
    inbox: Receiver,
    source_id: str,
    api: httpx.Client,
    make: Maker,
    subscribe: Subscribe,
) -> None:
    subscribe(inbox, source_id)

    flow = make.flow(source_id=source_id)
    make.segments(flow["id"], 1)
    api.delete(f"/flows/{flow['id']}")

    arrived(inbox, "sources/deleted")
    for each in inbox.distinct:
        assert each.document.keys() == {"event_timestamp", "event_type", "event"}
        moment = datetime.fromisoformat(each.document["event_timestamp"])
        assert moment >= datetime.fromisoformat(flow["created"])
        assert isinstance(each.event, dict)


def test_EVT_4_a_created_flow_is_told_of_whole(
    inbox: Receiver,
    source_id: str,
    make: Maker,
    subscribe: Subscribe,
    schemas: OfficialSchemas,
) -> None:
    subscribe(inbox, source_id)

    flow = make.flow(source_id=source_id)

    (event,) = arrived(inbox, "flows/created")
    assert event.event == {"flow": flow}
    schemas.check("flow-get.json", event.event["flow"])


def test_EVT_5_a_changed_flow_is_told_of_as_it_is_now(
    inbox: Receiver,
    source_id: str,
    api: httpx.Client,
    make: Maker,
    subscribe: Subscribe,
    schemas: OfficialSchemas,
) -> None:
    flow = make.flow(source_id=source_id)
    subscribe(inbox, source_id)

    api.put(f"/flows/{flow['id']}/label", json="Camera 1")

    (event,) = arrived(inbox, "flows/updated")
    assert event.event == {"flow": api.get(f"/flows/{flow['id']}").json()}
    assert event.event["flow"]["label"] == "Camera 1"
    schemas.check("flow-get.json", event.event["flow"])


def test_EVT_6_a_deleted_flow_is_told_of_by_its_id(
    inbox: Receiver, source_id: str, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    small, large = make.flow(source_id=source_id), make.flow(source_id=source_id)
    make.segments(large["id"], 30)
    subscribe(inbox, source_id)

    assert api.delete(f"/flows/{small['id']}").status_code == 204
    assert api.delete(f"/flows/{large['id']}").status_code == 202

    events = arrived(inbox, "flows/deleted", 2)
    assert [each.event for each in events] == [{"flow_id": small["id"]}, {"flow_id": large["id"]}]


def test_EVT_7_added_segments_are_told_of_without_a_timerange(
    inbox: Receiver,
    source_id: str,
    make: Maker,
    subscribe: Subscribe,
    schemas: OfficialSchemas,
) -> None:
    flow = make.flow(source_id=source_id)
    subscribe(inbox, source_id)

    posts = make.segments(flow["id"], 3)

    (event,) = arrived(inbox, "flows/segments_added")
    assert event.event.keys() == {"flow_id", "segments"}
    assert event.flow_id == flow["id"]
    told = [(each["object_id"], each["timerange"]) for each in event.event["segments"]]
    assert told == [(each["object_id"], each["timerange"]) for each in posts]
    for segment in event.event["segments"]:
        schemas.check("flow-segment.json", segment)


def test_EVT_8_deleted_segments_are_told_of_by_a_timerange(
    inbox: Receiver, source_id: str, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    flow = make.flow(source_id=source_id)
    make.segments(flow["id"], 3)
    subscribe(inbox, source_id)

    api.delete(f"/flows/{flow['id']}/segments", params={"timerange": "[2:0_4:0)"})

    (event,) = arrived(inbox, "flows/segments_deleted")
    assert event.event == {"flow_id": flow["id"], "timerange": "[2:0_4:0)"}


def test_EVT_9_a_created_source_is_told_of_whole(
    inbox: Receiver,
    source_id: str,
    api: httpx.Client,
    make: Maker,
    subscribe: Subscribe,
    schemas: OfficialSchemas,
) -> None:
    subscribe(inbox, source_id)

    make.flow(source_id=source_id)
    make.flow(source_id=source_id)

    arrived(inbox, "flows/created", 2)
    (event,) = arrived(inbox, "sources/created")
    assert event.event == {"source": api.get(f"/sources/{source_id}").json()}
    schemas.check("source.json", event.event["source"])
    assert inbox.distinct[0] is event


def test_EVT_10_a_changed_source_is_told_of_as_it_is_now(
    inbox: Receiver,
    source_id: str,
    api: httpx.Client,
    make: Maker,
    subscribe: Subscribe,
    schemas: OfficialSchemas,
) -> None:
    make.flow(source_id=source_id)
    subscribe(inbox, source_id)

    api.put(f"/sources/{source_id}/tags/mood", json="calm")

    (event,) = arrived(inbox, "sources/updated")
    assert event.event == {"source": api.get(f"/sources/{source_id}").json()}
    assert event.event["source"]["tags"] == {"mood": "calm"}
    schemas.check("source.json", event.event["source"])


def test_EVT_11_a_source_that_went_with_its_last_flow_is_told_of_by_its_id(
    inbox: Receiver, source_id: str, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    flow = make.flow(source_id=source_id)
    subscribe(inbox, source_id)

    api.delete(f"/flows/{flow['id']}")

    (event,) = arrived(inbox, "sources/deleted")
    assert event.event == {"source_id": source_id}
    assert [each.event_type for each in inbox.distinct] == ["flows/deleted", "sources/deleted"]


def test_EVT_12_a_deletion_is_told_of_from_the_first_to_the_last_that_is_gone(
    inbox: Receiver, source_id: str, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    flow = make.flow(source_id=source_id)
    make.segments(flow["id"], 3, start=100)
    make.segments(flow["id"], 1, start=200)
    subscribe(inbox, source_id)

    api.delete(f"/flows/{flow['id']}/segments", params={"timerange": "_"})

    events = arrived(inbox, "flows/segments_deleted", 2)
    assert [each.event["timerange"] for each in events] == ["[100:0_106:0)", "[200:0_202:0)"]


def test_EVT_14_only_created_segments_are_told_of_in_one_event_a_request(
    inbox: Receiver, source_id: str, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    flow = make.flow(source_id=source_id)
    path = f"/flows/{flow['id']}/segments"
    good, other = make.objects(flow["id"], 2)
    subscribe(inbox, source_id)

    bulk = [
        {"object_id": good, "timerange": "[0:0_1:0)"},
        {"object_id": other, "timerange": "[0:0_1:0)"},
        {"object_id": other, "timerange": "[1:0_2:0)"},
    ]
    assert api.post(path, json=bulk).status_code == 200
    assert api.post(path, json=bulk[:1]).status_code == 200
    api.put(f"/flows/{flow['id']}/label", json="last")

    arrived(inbox, "flows/updated")
    (event,) = arrived(inbox, "flows/segments_added")
    assert [each["timerange"] for each in event.event["segments"]] == ["[0:0_1:0)", "[1:0_2:0)"]


def test_EVT_15_segments_look_as_they_do_in_a_listing(
    inbox: Receiver, source_id: str, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    flow = make.flow(source_id=source_id)
    (object_id,) = make.objects(flow["id"], 1)
    subscribe(inbox, source_id)

    segment: dict[str, Any] = {
        "object_id": object_id,
        "timerange": "[0:0_1:0)",
        "ts_offset": "-10:0",
        "last_duration": "0:40000000",
        "key_frame_count": 3,
    }
    assert api.post(f"/flows/{flow['id']}/segments", json=segment).status_code == 201

    (event,) = arrived(inbox, "flows/segments_added")
    (told,) = event.event["segments"]
    (listed,) = api.get(f"/flows/{flow['id']}/segments").json()
    assert told.keys() == listed.keys()
    assert {**told, "get_urls": []} == {**listed, "get_urls": []}
    assert [each["label"] for each in told["get_urls"]] == ["local"]
    assert told["get_urls"][0].keys() == listed["get_urls"][0].keys()


def test_SRC_17_a_source_is_told_of_as_it_comes_changes_and_goes(
    inbox: Receiver, source_id: str, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    events = ["sources/created", "sources/updated", "sources/deleted"]
    subscribe(inbox, source_id, events=events)

    first, second = make.flow(source_id=source_id), make.flow(source_id=source_id)
    api.put(f"/sources/{source_id}/label", json="Stadium")
    for flow in (first, second):
        api.delete(f"/flows/{flow['id']}")

    arrived(inbox, "sources/deleted")
    assert [each.event_type for each in inbox.distinct] == events
