"""From the outbox to the receivers: order, turns, settlement, and when to retry (WHK-18…35)."""

from datetime import timedelta
from typing import Any

import pytest

from tams.deadline import invocation
from tams.models.caller import EVERYONE, Permission
from tams.models.delivery import Answer, Hint
from tams.models.webhook import WebhookPost, WebhookPut
from tams.services.access.event_permissions import redacted_events
from tams.services.deletion.deletion import DeletionService
from tams.services.events.log import EventLog, EventQuery
from tams.services.flows.properties import FlowPropertyService
from tams.services.webhooks.delivery import WebhookDelivery
from tams.services.webhooks.relay import EventRelay
from tams.services.webhooks.settlement import EVENTS_MAX
from tams.services.webhooks.webhooks import WebhookService
from tams.timing.microseconds import to_us
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.world import ALL_TIME, World, holding, of

DOWN = Answer("it answered 500")


def webhook(world: World, **fields: Any) -> str:
    types = ["flows/created", "flows/updated", "flows/deleted", "flows/segments_added"]
    body = {"url": "https://example.com/hook", "events": types, **fields}
    made = WebhookService.of(world.platform, world.caller).create(WebhookPost.model_validate(body))
    return made.id


def deliver(world: World, webhook_id: str, turn: str | None = None) -> int:
    EventRelay.of(world.platform).relay()
    return WebhookDelivery.of(world.platform).deliver(Hint(webhook_id, turn))


def got(world: World, webhook_id: str) -> list[str]:
    return [each["event_type"] for each in world.platform.receivers.got[webhook_id]]


def status(world: World, webhook_id: str) -> str:
    return WebhookService.of(world.platform, EVERYONE).get(webhook_id).status


def test_events_come_once_in_order_and_only_from_the_webhooks_time_on(world: World) -> None:
    world.flow()
    webhook_id = webhook(world)
    flow_id = world.flow()
    FlowPropertyService.of(world.platform, EVERYONE).set(flow_id, "label", "x")
    assert status(world, webhook_id) == "created"

    assert deliver(world, webhook_id) == 2
    assert deliver(world, webhook_id) == 0

    assert got(world, webhook_id) == ["flows/created", "flows/updated"]
    assert status(world, webhook_id) == "started"


def test_more_than_one_turn_holds_is_sent_turn_after_turn(world: World) -> None:
    webhook_id = webhook(world)
    flow_id = world.flow()
    for n in range(EVENTS_MAX):
        FlowPropertyService.of(world.platform, EVERYONE).set(flow_id, "label", f"{n}")

    assert deliver(world, webhook_id) == EVENTS_MAX + 1


def test_what_a_receiver_does_not_take_is_sent_again_first(world: World) -> None:
    webhook_id = webhook(world)
    flow_id = world.flow()
    world.platform.receivers.answers[webhook_id] = DOWN
    assert deliver(world, webhook_id) == 0
    (body, wait_seconds) = world.platform.noted.deliveries.sent[-1]
    assert body == webhook_id
    assert wait_seconds > 0
    FlowPropertyService.of(world.platform, EVERYONE).set(flow_id, "label", "x")
    world.platform.receivers.answers.clear()

    assert deliver(world, webhook_id) == 0, "it rests"
    world.platform.time.now += timedelta(seconds=wait_seconds)
    assert deliver(world, webhook_id) == 2
    assert got(world, webhook_id) == ["flows/created", "flows/updated"]


def test_a_receiver_that_says_never_is_believed_at_once(world: World) -> None:
    webhook_id = webhook(world)
    world.flow()
    world.platform.receivers.answers[webhook_id] = Answer("gone", hopeless=True)

    deliver(world, webhook_id)

    assert status(world, webhook_id) == "error"
    sent = list(world.platform.noted.deliveries.sent)
    assert deliver(world, webhook_id) == 0
    assert world.platform.noted.deliveries.sent == sent, "nobody is to try again"


def test_one_that_is_started_again_gets_what_it_missed(world: World) -> None:
    webhook_id = webhook(world)
    world.flow()
    world.platform.receivers.answers[webhook_id] = Answer("gone", hopeless=True)
    deliver(world, webhook_id)
    world.platform.receivers.answers.clear()

    put = {"id": webhook_id, "url": "https://example.com/hook", "status": "created"}
    again = WebhookPut.model_validate({**put, "events": ["flows/created"]})
    WebhookService.of(world.platform, EVERYONE).replace(webhook_id, again)

    assert deliver(world, webhook_id) == 1


def test_nothing_is_kept_for_one_that_is_disabled(world: World) -> None:
    webhook_id = webhook(world)
    world.flow()
    EventRelay.of(world.platform).relay()
    body = {"id": webhook_id, "url": "https://example.com/hook", "events": ["flows/created"]}
    service = WebhookService.of(world.platform, EVERYONE)
    service.replace(webhook_id, WebhookPut.model_validate({**body, "status": "disabled"}))
    deliver(world, webhook_id)
    world.flow()
    service.replace(webhook_id, WebhookPut.model_validate({**body, "status": "created"}))

    assert deliver(world, webhook_id) == 0
    world.flow()
    assert deliver(world, webhook_id) == 1


def test_a_sender_without_time_leaves_the_rest_to_another(world: World) -> None:
    webhook_id = webhook(world)
    world.flow()

    with invocation(lambda: 5.0):
        assert deliver(world, webhook_id) == 0
    assert world.platform.noted.deliveries.sent[-1] == (webhook_id, 0)
    assert deliver(world, webhook_id) == 1


def test_a_sender_that_died_is_replaced_by_who_comes_to_the_same_turn(world: World) -> None:
    webhook_id = webhook(world)
    world.flow()
    EventRelay.of(world.platform).relay()
    dead = WebhookDelivery.of(world.platform)
    dead._settle(Hint(webhook_id), "dead", None)
    held = world.read(lambda it: it.deliveries.state(webhook_id))
    assert held.holder == "dead"

    assert deliver(world, webhook_id) == 0, "it may be alive"
    assert deliver(world, webhook_id, held.turn) == 1
    assert dead._settle(Hint(webhook_id), "dead", None) == (None, None)


def test_the_sweeper_hints_at_what_waits_and_asks_after_senders(world: World) -> None:
    waiting, held = webhook(world), webhook(world)
    world.flow()
    EventRelay.of(world.platform).relay()
    WebhookDelivery.of(world.platform)._settle(Hint(held), "somebody", None)
    world.platform.noted.deliveries.sent.clear()

    EventRelay.of(world.platform).sweep()

    sent = dict(world.platform.noted.deliveries.sent)
    assert sent[waiting] == 0
    assert held not in sent
    state = world.read(lambda it: it.deliveries.state(held))
    lease = WebhookDelivery.of(world.platform).settlement.policy.lease_seconds
    assert sent[Hint(held, state.turn).text] == lease


def test_segments_are_sent_as_they_are_now_and_not_when_they_are_deleted(world: World) -> None:
    webhook_id = webhook(world, events=["flows/segments_added"])
    flow_id = world.flow()
    world.segments(flow_id, 2)
    DeletionService.of(world.platform, EVERYONE).delete_segments(
        flow_id, ALL_TIME.parse("[0:0_1:0)")
    )

    deliver(world, webhook_id)

    ((segment,),) = (each["event"]["segments"] for each in world.platform.receivers.got[webhook_id])
    assert segment["timerange"] == "[1:0_2:0)"
    assert segment["get_urls"][0]["url"].startswith(f"get:{STORAGE_ID}/")


def test_a_webhook_of_some_classes_gets_no_events_of_others(world: World) -> None:
    reader = world.as_(holding(read="news", write="news"))
    webhook_id = webhook(reader)
    news = world.flow(tags=of("news"))
    world.flow(tags=of("sport"))
    moved = world.flow(tags=of("news"))
    FlowPropertyService.of(world.platform, EVERYONE).set_tag(moved, "auth_classes", ["sport"])

    deliver(world, webhook_id)

    flows = [each["event"]["flow"]["id"] for each in world.platform.receivers.got[webhook_id]]
    assert flows == [news], "nor those of what has moved away since"


def test_events_do_not_name_members_out_of_reach(world: World) -> None:
    parent, known, hidden = (world.flow(tags=of(each)) for each in ("news", "news", "sport"))
    world.collect(parent, known, hidden)
    events = world.read(lambda it: it.events.unrelayed(100))
    updated = ("flows/updated", parent)
    (event,) = (each for each in events if (each.event_type, each.flow_id) == updated)

    whole = world.read(lambda it: it.events.whole([event]))
    seen = world.read(lambda it: redacted_events(it, ["news"], whole.values()))

    document = seen[event.id].document
    assert document is not None
    assert [each["id"] for each in document["flow_collection"]] == [known]
    assert world.read(lambda it: redacted_events(it, None, whole.values())) == whole
    assert world.read(lambda it: redacted_events(it, ["drama"], whole.values())) == {}
    assert holding(read="news").may(Permission.READ, event.auth_classes)


def test_the_log_goes_on_after_a_place_and_starts_at_a_time(world: World) -> None:
    one = world.flow()
    world.platform.time.pass_(minutes=1)
    since_us = to_us(world.platform.time.now)
    FlowPropertyService.of(world.platform, EVERYONE).set(one, "label", "x")
    EventRelay.of(world.platform).relay()
    log = EventLog.of(world.platform, EVERYONE)

    first = log.page(EventQuery(limit=1, flow_ids=(one,)))
    rest = log.page(EventQuery(limit=5, after=first.next_key, flow_ids=(one,)))
    late = log.page(EventQuery(limit=5, since_us=since_us, flow_ids=(one,)))

    def types(page: Any) -> list[str]:
        return [document["event_type"] for _, document in page.items]

    assert (types(first), types(rest), types(late)) == (
        ["flows/created"],
        ["flows/updated"],
        ["flows/updated"],
    )
    only = EventQuery(limit=5, flow_ids=(one,), event_types=("flows/deleted",))
    assert log.page(only).items == []


@pytest.mark.parametrize("taken", [True, False])
def test_old_events_are_forgotten_unless_a_webhook_waits_for_them(
    fresh_world: World, taken: bool
) -> None:
    world = fresh_world
    webhook_id = webhook(world, events=["flows/created"])
    flow_id = world.flow()
    if taken:
        deliver(world, webhook_id)
    EventRelay.of(world.platform).relay()
    log = EventLog.of(world.platform, EVERYONE)
    world.platform.time.now += log.kept_for

    log.expire()
    assert world.event_types(flow_id) == ["flows/created"], "kept for as long as that"
    world.platform.time.pass_(seconds=1)
    log.expire()
    assert world.event_types(flow_id) == ([] if taken else ["flows/created"])
