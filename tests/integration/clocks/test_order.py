"""Whatever the clocks do, every committed event gets its place, in order for each Flow."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tams.models.flow import parse_flow_put
from tams.models.flow_segment import parse_segments_post
from tams.models.flow_storage import FlowStoragePost
from tams.models.stored import StoredEvent
from tams.services.events.log import EventQuery
from tams.services.webhooks.relay import MILESTONE_EVERY
from tams.timing.microseconds import to_us
from tests.builders import a_multi_flow_body
from tests.integration.clocks.hosts import DAY, HOUR, TEN_MINUTES, Host


@pytest.mark.parametrize("leap", [-HOUR, DAY], ids=["back an hour", "ahead a day and back"])
def test_a_clock_that_leaps_loses_no_event_and_changes_no_order(
    host: Host, leap: timedelta
) -> None:
    flow_id = host.create()
    host.relay()
    for number, wrong in enumerate([leap, timedelta(), leap, -HOUR, timedelta()]):
        host.wrong = wrong
        host.label(flow_id, str(2 * number))
        host.label(flow_id, str(2 * number + 1))
        if number % 2:
            host.relay()
    host.relay()

    assert host.told(flow_id) == ["created", *map(str, range(10))]
    assert host.relay() == 0


@pytest.mark.parametrize("behind", [True, False], ids=["behind", "ahead"])
def test_two_hosts_ten_minutes_apart_tell_of_a_flow_in_the_order_of_its_changes(
    host: Host, other: Host, behind: bool
) -> None:
    other.wrong = -TEN_MINUTES if behind else TEN_MINUTES
    flow_id = host.create()
    for number in range(6):
        (host, other)[number % 2].label(flow_id, str(number))
        if number == 3:
            other.relay()
    host.relay()

    assert host.told(flow_id) == ["created", *map(str, range(6))]


def test_a_flow_that_is_made_again_comes_after_the_one_that_went(host: Host, other: Host) -> None:
    """By a host behind, so its stamps alone would put it first."""
    other.wrong = -HOUR
    source_id = str(uuid4())
    flow_id = host.create(source_id=source_id, label="first")
    host.delete(flow_id)
    other.create(id=flow_id, source_id=source_id, label="second")
    other.delete(flow_id)
    host.relay()

    query = EventQuery(limit=1000, source_ids=(source_id,))
    types = [item["event_type"] for _, item in host.services.event_log.page(query).items]
    assert types == ["sources/created", "flows/created", "flows/deleted", "sources/deleted"] * 2
    assert host.told(flow_id) == ["first", "deleted", "second", "deleted"]


def test_what_a_collection_does_to_its_members_is_told_in_order_too(
    host: Host, other: Host
) -> None:
    """The host that changes the collection is a day ahead of the one that changes its member."""
    other.wrong = DAY
    member_id, collector_id = host.create(), str(uuid4())
    body = a_multi_flow_body(
        id=collector_id,
        source_id=str(uuid4()),
        flow_collection=[{"id": member_id, "role": "video"}],
    )
    host.label(member_id, "before")
    other.services.flows.put(collector_id, parse_flow_put(body))
    host.label(member_id, "collected")
    other.delete(collector_id)
    host.label(member_id, "after")
    host.relay()

    query = EventQuery(limit=1000, flow_ids=(member_id,))
    found = [item["event"]["flow"] for _, item in host.services.event_log.page(query).items]
    seen = [(flow.get("label"), bool(flow.get("collected_by"))) for flow in found]
    assert seen == [
        (None, False),
        ("before", False),
        ("before", True),
        ("collected", True),
        ("collected", False),
        ("after", False),
    ]


def test_the_log_since_a_time_misses_nothing_that_a_host_ahead_told_before(host: Host) -> None:
    """Places and stamps are in another order, and further apart than the log looks back."""
    ahead, flow_id = str(uuid4()), str(uuid4())
    since = datetime.now(UTC)

    def tell(moment: datetime, number: int, of: str) -> None:
        events = [
            StoredEvent(str(uuid4()), "flows/deleted", to_us(moment), of, str(uuid4()))
            for _ in range(number)
        ]
        host.write(lambda repositories: repositories.events.add(events))
        host.relay()

    tell(since + TEN_MINUTES, 1, ahead)
    tell(since - HOUR, 2 * MILESTONE_EVERY, flow_id)
    tell(since + timedelta(seconds=1), 1, flow_id)

    assert host.told(ahead, since=since) == ["deleted"]
    assert host.told(flow_id, since=since) == ["deleted"]
    assert host.told(ahead, since=since + 2 * TEN_MINUTES) == []


def test_an_object_that_a_host_behind_allocates_is_of_the_flow_that_one_ahead_made(
    host: Host, other: Host
) -> None:
    other.wrong = DAY
    flow_id = other.create()
    (made,) = (
        host.services.media_storage.allocate(
            flow_id, FlowStoragePost.from_body({"limit": 1})
        ).media_objects
        or ()
    )
    posts = parse_segments_post({"object_id": made.object_id, "timerange": "[0:0_1:0)"}).entries

    assert host.services.flow_segments.register(flow_id, posts, single=True) == []
