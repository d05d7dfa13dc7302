"""EVT-7…15: events of Segments."""

from typing import Any

import httpx

from tests.contract.conftest import Subscribe
from tests.contract.steps import arrived
from tests.maker import Maker
from tests.official_schemas import OfficialSchemas
from tests.receiver import Receiver


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
    assert api.post(path, json=bulk[1:2]).status_code == 200
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
