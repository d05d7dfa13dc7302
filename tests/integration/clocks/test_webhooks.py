"""Whatever the clocks do, webhooks get their events, and retries and turns come in time."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tams.models.delivery import Answer, DeliveryState, Hint
from tams.models.webhook import WebhookPost
from tams.services.events.log import EventQuery
from tams.services.webhooks.settlement import Sent
from tams.timing.microseconds import to_us
from tests.integration.clocks.hosts import DAY, HOUR, Host


def a_webhook(host: Host) -> str:
    """Nothing is sent to it: the tests settle for its senders."""
    body = {"url": "http://127.0.0.1:9999/", "events": ["flows/updated", "flows/created"]}
    return host.services.webhooks.create(WebhookPost.from_body(body)).id


def settle(host: Host, hint: Hint, holder: str, sent: Sent | None = None) -> Any:
    settlement = host.services.webhook_delivery.settlement
    return host.write(lambda it: settlement.settle(it, hint, holder, sent))


def state_of(host: Host, webhook_id: str) -> DeliveryState:
    state: DeliveryState = host.read(lambda it: it.deliveries.state(webhook_id))
    return state


@pytest.fixture
def webhook_id(host: Host) -> Iterator[str]:
    made = a_webhook(host)
    yield made
    host.services.webhooks.delete(made)


def test_a_webhook_made_by_a_clock_ahead_gets_what_happens_from_then_on(host: Host) -> None:
    flow_id = host.create()
    host.wrong = DAY
    webhook_id = a_webhook(host)
    host.wrong = timedelta()
    host.label(flow_id, "now")
    host.relay()

    turn, _ = settle(host, Hint(webhook_id), "a")

    assert [each.event.document["label"] for each in turn.announcements] == ["now"]
    host.services.webhooks.delete(webhook_id)


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

    host.services.event_log.expire()
    turn, _ = settle(host, Hint(webhook_id), "a")
    assert [each.event.flow_id for each in turn.announcements] == [flow_id]
    settle(host, Hint(webhook_id), "a", Sent(turn.until_seq, stops=True))
    host.services.event_log.expire()

    query = EventQuery(limit=1000, flow_ids=(flow_id,))
    assert host.services.event_log.page(query).items == []
