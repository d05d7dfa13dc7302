"""EVT: the events that webhooks receive, seen by a receiver of one Source's events."""

from datetime import datetime

import httpx

from tests.contract.conftest import Subscribe
from tests.contract.steps import arrived
from tests.maker import Maker
from tests.official_schemas import OfficialSchemas
from tests.receiver import Receiver


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
        moment = each.document["event_timestamp"]
        assert datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S%z")
        assert moment >= flow["created"]
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
