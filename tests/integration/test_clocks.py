"""Whatever clocks do, every committed event gets its place, in order for each Flow, and no work waits.

Hosts are containers on one VAST, each with a clock of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import pytest

from tams.container import Container
from tams.models.copy import Copy
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.delivery import Answer, DeliveryState, Hint
from tams.models.flow import parse_flow_put
from tams.models.flow_segment import parse_segments_post
from tams.models.flow_storage import FlowStoragePost
from tams.models.stored import StoredDeletion, StoredEvent, to_us
from tams.models.webhook import WebhookPost
from tams.ports import Repositories
from tams.repositories.provision import provision
from tams.runtime.aws import build_from, vast_connection
from tams.services.believed_time import STEP, BelievedTime
from tams.services.event_log import EventQuery
from tams.services.event_relay import MILESTONE_EVERY
from tams.services.retry_policy import RetryPolicy
from tams.services.webhook_settlement import Sent
from tams.timing import TimeRange
from tests.builders import a_multi_flow_body, a_video_flow_body
from tests.integration.local_vast import a_local_vast, settings_for

HOUR, DAY, TEN_MINUTES = timedelta(hours=1), timedelta(days=1), timedelta(minutes=10)
NOW = datetime.now(UTC)


@dataclass
class Host:
    """One machine; `wrong` is by how much its clock is ahead."""

    container: Container = field(init=False)
    vast_url: str
    wrong: timedelta = timedelta()

    def __post_init__(self) -> None:
        settings = settings_for(self.vast_url, patience_seconds=120)
        webhooks = settings.webhooks.model_copy(
            update={"allowed_networks": (ip_network("127.0.0.0/8"),)}
        )
        self.container = build_from(settings.model_copy(update={"webhooks": webhooks}), self.now)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.wrong

    def create(self, **fields: Any) -> str:
        body = a_video_flow_body(**{"id": str(uuid4()), "source_id": str(uuid4()), **fields})
        self.container.flows.put(body["id"], parse_flow_put(body))
        flow_id: str = body["id"]
        return flow_id

    def label(self, flow_id: str, label: str) -> None:
        self.container.flow_properties.set(flow_id, "label", label)

    def delete(self, flow_id: str) -> None:
        self.container.deletion.delete_flow(flow_id)

    def relay(self) -> int:
        return self.container.event_relay.relay()

    def told(self, *flow_ids: str, since: datetime | None = None) -> list[str]:
        """What the log has to say of Flows: labels, or else types of events."""
        found: list[str] = []
        since_us = to_us(since) if since else 0
        query = EventQuery(limit=1000, flow_ids=flow_ids, since_us=since_us)
        for _, item in self.container.event_log.page(query).items:
            flow = item["event"].get("flow", {})
            found.append(flow.get("label") or str(item["event_type"]).removeprefix("flows/"))
        return found

    def write(self, work: Any) -> Any:
        return self.container.flows.store.write(work)

    def read(self, work: Any) -> Any:
        return self.container.flows.store.read(work)


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_local_vast(tmp_path_factory.mktemp("clocks")) as url:
        provision(vast_connection(settings_for(url)))
        yield url


@pytest.fixture
def host(vast_url: str) -> Host:
    return Host(vast_url)


@pytest.fixture
def other(vast_url: str) -> Host:
    return Host(vast_url)


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
    types = [item["event_type"] for _, item in host.container.event_log.page(query).items]
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
    other.container.flows.put(collector_id, parse_flow_put(body))
    host.label(member_id, "collected")
    other.delete(collector_id)
    host.label(member_id, "after")
    host.relay()

    query = EventQuery(limit=1000, flow_ids=(member_id,))
    found = [item["event"]["flow"] for _, item in host.container.event_log.page(query).items]
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
        host.container.media_storage.allocate(
            flow_id, FlowStoragePost.from_body({"limit": 1})
        ).media_objects
        or ()
    )
    posts = parse_segments_post({"object_id": made.object_id, "timerange": "[0:0_1:0)"}).entries

    assert host.container.flow_segments.register(flow_id, posts, single=True) == []


def a_webhook(host: Host) -> str:
    """Nothing is sent to it: the tests settle for its senders."""
    body = {"url": "http://127.0.0.1:9999/", "events": ["flows/updated", "flows/created"]}
    return host.container.webhooks.create(WebhookPost.from_body(body)).id


def settle(host: Host, hint: Hint, holder: str, sent: Sent | None = None) -> Any:
    settlement = host.container.webhook_delivery.settlement
    return host.write(lambda it: settlement.settle(it, hint, holder, sent))


def state_of(host: Host, webhook_id: str) -> DeliveryState:
    state: DeliveryState = host.read(lambda it: it.deliveries.state(webhook_id))
    return state


@pytest.fixture
def webhook_id(host: Host) -> Iterator[str]:
    made = a_webhook(host)
    yield made
    host.container.webhooks.delete(made)


def test_a_webhook_made_by_a_clock_ahead_gets_what_happens_from_then_on(host: Host) -> None:
    flow_id = host.create()
    host.wrong = DAY
    webhook_id = a_webhook(host)
    host.wrong = timedelta()
    host.label(flow_id, "now")
    host.relay()

    turn, _ = settle(host, Hint(webhook_id), "a")

    assert [each.event.document["label"] for each in turn.announcements] == ["now"]
    host.container.webhooks.delete(webhook_id)


def test_a_retry_that_a_clock_ahead_put_off_is_due_when_it_is_right_again(
    host: Host, webhook_id: str
) -> None:
    host.create()
    host.relay()
    host.wrong = DAY
    turn, _ = settle(host, Hint(webhook_id), "a")
    failed = Sent(turn.from_seq - 1, Answer("it is down"))
    assert settle(host, Hint(webhook_id), "a", failed)[1] > 0
    assert settle(host, Hint(webhook_id), "b")[0] is None, "it rests"

    host.wrong = timedelta()

    turn, _ = settle(host, Hint(webhook_id), "b")
    assert turn is not None
    settle(host, Hint(webhook_id), "b", Sent(turn.from_seq - 1, Answer("it is down")))
    assert (state_of(host, webhook_id).failing_since_us or 0) <= to_us(host.now())


@pytest.mark.parametrize("wrong", [DAY, -HOUR], ids=["ahead", "behind"])
def test_a_sender_is_replaced_when_it_has_not_settled_its_turn_whatever_its_clock_says(
    host: Host, other: Host, webhook_id: str, wrong: timedelta
) -> None:
    other.wrong = wrong
    host.create()
    host.relay()
    held, _ = settle(other, Hint(webhook_id), "dies")
    assert held is not None
    assert settle(host, Hint(webhook_id), "b")[0] is None, "it may still be at work"
    late = Hint(webhook_id, state_of(host, webhook_id).turn)

    taken, _ = settle(host, late, "b")

    assert [each.event.id for each in taken.announcements] == [
        each.event.id for each in held.announcements
    ]
    assert settle(host, late, "c")[0] is None, "the turn is another's by now"
    assert settle(other, Hint(webhook_id), "dies", Sent(held.until_seq)) == (None, None)


def test_an_event_that_a_webhook_still_waits_for_is_not_forgotten(
    host: Host, webhook_id: str
) -> None:
    """Its stamp is by a clock that was weeks behind."""
    host.wrong = timedelta(weeks=-3)
    flow_id = host.create()
    host.relay()
    host.wrong = timedelta()

    host.container.event_log.expire()
    turn, _ = settle(host, Hint(webhook_id), "a")
    assert [each.event.flow_id for each in turn.announcements] == [flow_id]
    settle(host, Hint(webhook_id), "a", Sent(turn.until_seq, stops=True))
    host.container.event_log.expire()

    query = EventQuery(limit=1000, flow_ids=(flow_id,))
    assert host.container.event_log.page(query).items == []


def test_background_work_that_a_clock_ahead_noted_is_found_at_once(host: Host) -> None:
    ahead_us = to_us(host.now() + DAY)
    now = host.now() + DAY
    request = DeletionRequest(
        id=str(uuid4()),
        flow_id=str(uuid4()),
        timerange_to_delete=TimeRange.eternity(),
        timerange_remaining=TimeRange.never(),
        delete_flow=True,
        status=DeletionStatus.STARTED,
        created=now,
        updated=now,
    )
    copy = Copy(str(uuid4()), str(uuid4()), str(uuid4()), ahead_us, ahead_us, next_us=ahead_us)

    def note(repositories: Repositories) -> None:
        repositories.deletion_requests.add(StoredDeletion(request))
        repositories.copies.add(copy)

    host.write(note)
    sent: list[str] = []

    class Noted:
        def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
            assert delay_seconds == 0
            sent.extend(bodies)

    replace(host.container.deletion_requests, deletions=Noted()).sweep()
    replace(host.container.object_copies, copies=Noted()).sweep()

    assert {request.id, copy.id} <= set(sent)


def test_giving_up_takes_as_many_attempts_as_its_time_has_at_least() -> None:
    policy = RetryPolicy(2.0, 3_600.0, timedelta(hours=48), 60.0)
    begun_us = to_us(NOW)
    failing = policy.failed(DeliveryState("w"), begun_us)

    leapt = policy.failed(failing, begun_us + 3 * 86_400_000_000)
    assert not policy.gives_up(leapt, begun_us + 3 * 86_400_000_000)
    for hour in range(49):
        failing = policy.failed(failing, begun_us + hour * 3_600_000_000)
    assert policy.gives_up(failing, begun_us + 48 * 3_600_000_000)


def test_a_clock_that_leaps_a_day_ahead_deletes_nothing_a_day_early(host: Host) -> None:
    flow_id = host.create()
    host.relay()
    host.container.media_storage.allocate(flow_id, FlowStoragePost.from_body({"limit": 1}))
    assert host.container.object_cleanup.sweep() == 0

    host.wrong = timedelta(days=8)

    assert host.container.object_cleanup.sweep() == 0
    assert host.container.event_log.expire() == 0
    host.wrong = timedelta()
    assert host.container.object_cleanup.sweep() == 0


def test_the_time_by_which_things_are_old_goes_on_step_by_step(host: Host) -> None:
    believed = BelievedTime(host.container.flows.store, host.now)
    begun = believed()
    assert abs(begun - host.now()) < STEP

    host.wrong = DAY
    assert believed() - begun == STEP
    assert believed() - begun == 2 * STEP
    host.wrong = -HOUR
    assert believed() < begun
