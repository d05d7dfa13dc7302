"""WHK-27…36: which events a webhook receives, and what their URLs look like."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_multi_flow_body
from tests.contract.conftest import Backends, Subscribe
from tests.maker import Maker
from tests.receiver import Receiver, receiver

Json = dict[str, Any]


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    with receiver() as it:
        yield it


@pytest.fixture
def everything() -> Iterator[Receiver]:
    with receiver() as it:
        yield it


def types_until(inbox: Receiver, event_type: str) -> list[str]:
    """What came until an event of this type, which the test makes last."""
    found = inbox.wait_for(lambda it: any(each.event_type == event_type for each in it.distinct))
    return [each.event_type for each in found]


def collect(api: httpx.Client, multi: Json, *members: Json) -> None:
    items = [{"id": member["id"]} for member in members]
    assert api.put(f"/flows/{multi['id']}/flow_collection", json=items).status_code == 204


def label(api: httpx.Client, flow: Json, text: str) -> None:
    assert api.put(f"/flows/{flow['id']}/label", json=text).status_code == 204


def test_WHK_27_flow_ids_choose_events_of_flows_and_leave_those_of_sources_alone(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    ours, other = make.flow(source_id=source_id), make.flow(source_id=source_id)
    subscribe(inbox, source_id, flow_ids=[ours["id"]])

    for flow in (other, ours):
        make.segments(flow["id"], 1)
        label(api, flow, "x")
    api.put(f"/sources/{source_id}/label", json="x")

    assert types_until(inbox, "sources/updated") == [
        "flows/segments_added",
        "flows/updated",
        "sources/updated",
    ]
    assert {each.flow_id for each in inbox.distinct} == {ours["id"], None}


def test_WHK_28_source_ids_choose_events_of_sources_their_flows_and_segments(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    subscribe(inbox, source_id)

    make.segments(make.flow()["id"], 1)
    flow = make.flow(source_id=source_id)
    make.segments(flow["id"], 1)
    api.delete(f"/flows/{flow['id']}")

    assert types_until(inbox, "sources/deleted") == [
        "sources/created",
        "flows/created",
        "flows/segments_added",
        "flows/deleted",
        "sources/deleted",
    ]


def test_WHK_29_flow_collected_by_ids_choose_members_and_an_empty_list_what_nothing_collects(
    inbox: Receiver,
    everything: Receiver,
    api: httpx.Client,
    make: Maker,
    subscribe: Subscribe,
) -> None:
    source_id = str(uuid4())
    multi, member, loner = (
        make.flow(a_multi_flow_body),
        make.flow(source_id=source_id),
        make.flow(source_id=source_id),
    )
    collect(api, multi, member)
    subscribe(inbox, source_id, flow_collected_by_ids=[multi["id"]])
    subscribe(everything, source_id, flow_collected_by_ids=[])

    for flow in (loner, member):
        label(api, flow, "x")
        make.segments(flow["id"], 1)
    api.put(f"/sources/{source_id}/label", json="x")

    expected = ["flows/updated", "flows/segments_added", "sources/updated"]
    for it, flow in ((inbox, member), (everything, loner)):
        assert types_until(it, "sources/updated") == expected
        assert {each.flow_id for each in it.distinct} == {flow["id"], None}


def test_WHK_30_source_collected_by_ids_choose_by_the_source_for_events_of_every_kind(
    inbox: Receiver,
    everything: Receiver,
    api: httpx.Client,
    make: Maker,
    subscribe: Subscribe,
) -> None:
    multi, member, loner = make.flow(a_multi_flow_body), make.flow(), make.flow()
    collect(api, multi, member)
    ids = [member["source_id"], loner["source_id"]]
    collectors = [multi["source_id"]]
    subscribe(inbox, ids[0], source_ids=ids, source_collected_by_ids=collectors)
    subscribe(everything, ids[0], source_ids=ids, source_collected_by_ids=[])

    for flow in (loner, member):
        make.segments(flow["id"], 1)
        label(api, flow, "x")
        api.put(f"/sources/{flow['source_id']}/label", json="x")

    expected = ["flows/segments_added", "flows/updated", "sources/updated"]
    for it, flow in ((inbox, member), (everything, loner)):
        assert types_until(it, "sources/updated") == expected
        assert {each.flow_id for each in it.distinct} == {flow["id"], None}


def test_WHK_31_an_event_passes_every_filter_or_is_not_sent(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    multi = make.flow(a_multi_flow_body)
    both, only_named, only_collected = (make.flow(source_id=source_id) for _ in range(3))
    collect(api, multi, both, only_collected)
    subscribe(
        inbox,
        source_id,
        flow_ids=[both["id"], only_named["id"]],
        flow_collected_by_ids=[multi["id"]],
        events=["flows/updated", "sources/updated"],
    )

    for flow in (only_named, only_collected, both):
        make.segments(flow["id"], 1)
        label(api, flow, "x")
    api.put(f"/sources/{source_id}/label", json="x")

    assert types_until(inbox, "sources/updated") == ["flows/updated", "sources/updated"]
    assert inbox.distinct[0].flow_id == both["id"]


def test_WHK_33_flows_that_join_a_collection_later_are_told_of_from_then_on(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    multi, member = make.flow(a_multi_flow_body), make.flow(source_id=source_id)
    subscribe(inbox, source_id, flow_collected_by_ids=[multi["id"]], events=["flows/updated"])

    label(api, member, "before")
    api.put(f"/flows/{multi['id']}/flow_collection", json=[])
    assert api.get(f"/flows/{member['id']}").json().get("collected_by") is None
    collect(api, multi, member)
    label(api, member, "after")

    def labels(it: Receiver) -> list[str]:
        return [each.event["flow"]["label"] for each in it.distinct]

    inbox.wait_for(lambda it: "after" in labels(it))
    assert labels(inbox)[-2:] == ["before", "after"]  # joining the collection, and what followed


def test_WHK_34_what_is_deleted_counts_as_collected_by_those_it_had(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    multi, member = make.flow(a_multi_flow_body), make.flow()
    collect(api, multi, member)
    subscribe(
        inbox,
        member["source_id"],
        flow_collected_by_ids=[multi["id"]],
        source_collected_by_ids=[multi["source_id"]],
        events=["flows/deleted", "sources/deleted"],
    )

    api.delete(f"/flows/{member['id']}")

    assert types_until(inbox, "sources/deleted") == ["flows/deleted", "sources/deleted"]


@pytest.fixture
def told(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe, backends: Backends
) -> Any:
    """Registers a webhook with some fields; the one Segment that it receives, with two backends' URLs."""

    def tell(**fields: Any) -> Json:
        flow = make.flow()
        (object_id,) = make.objects(flow["id"], 1)
        segment = {"object_id": object_id, "timerange": "[0:0_1:0)"}
        path = f"/flows/{flow['id']}/segments"
        assert api.post(path, json=segment).status_code == 201
        instance = {"url": "https://cdn.example.com/1", "label": "cdn"}
        assert api.post(f"/objects/{object_id}/instances", json=instance).status_code == 201
        subscribe(inbox, flow["source_id"], events=["flows/segments_added"], **fields)
        again = {**segment, "timerange": "[1:0_2:0)", "ts_offset": "1:0"}
        assert api.post(path, json=again).status_code == 201
        (event,) = inbox.wait_for(lambda it: it.distinct)
        (found,) = event.event["segments"]
        return dict(found)

    return tell


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ({"accept_get_urls": ["cdn"]}, ["cdn"]),
        ({"presigned": True}, ["local"]),
        ({"presigned": False}, ["cdn"]),
        ({"accept_storage_ids": [str(uuid4())]}, []),
        ({"accept_get_urls": ["local"], "presigned": False}, []),
    ],
)
def test_WHK_35_urls_are_chosen_as_the_webhook_asks(
    told: Any, fields: Json, labels: list[str]
) -> None:
    segment = told(**fields)

    assert [each["label"] for each in segment["get_urls"]] == labels
    assert "object_timerange" not in segment


def test_WHK_35_storage_and_object_timerange_are_told_of_when_asked_for(
    told: Any, backends: Backends
) -> None:
    segment = told(
        accept_storage_ids=[backends.local], verbose_storage=True, include_object_timerange=True
    )

    (url,) = segment["get_urls"]
    assert (url["storage_id"], url["controlled"]) == (backends.local, True)
    assert segment["object_timerange"] == "[0:0_1:0)"


@pytest.mark.parametrize(
    ("fields", "labels"), [({"accept_get_urls": []}, []), ({}, ["local", "cdn"])]
)
def test_WHK_36_an_empty_list_of_labels_asks_for_no_urls_and_no_list_for_all(
    told: Any, fields: Json, labels: list[str]
) -> None:
    assert [each["label"] for each in told(**fields)["get_urls"]] == labels
