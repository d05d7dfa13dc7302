"""A backlog of any size gets its places slice by slice, in order, and a run that ends early loses nothing."""

from dataclasses import replace

import pytest

from tams.deadline import invocation, share
from tams.errors import BackendUnavailableError
from tams.models.delivery import Delivery
from tams.services.events.log import EventLog, EventQuery
from tams.services.flows.properties import FlowPropertyService
from tams.services.webhooks.relay import EventRelay
from tams.services.webhooks.webhooks import WebhookService
from tests.unit.services.test_delivery import webhook
from tests.unit.services.world import World

EVERYTHING = 10_000


def relay_of(world: World, *, events_max: int, deliveries_max: int = 1_000) -> EventRelay:
    relay = EventRelay.of(world.platform)
    return replace(relay, events_max=events_max, deliveries_max=deliveries_max)


def waiting_for(world: World, webhook_id: str) -> list[Delivery]:
    return world.read(lambda it: it.deliveries.waiting(webhook_id, 0, EVERYTHING))


def change(world: World, flow_id: str, times: int) -> list[str]:
    """The labels that the Flow gets, in order."""
    labels = [str(number) for number in range(times)]
    for label in labels:
        FlowPropertyService.of(world.platform, world.caller).set(flow_id, "label", label)
    return labels


def labels_told(world: World, flow_id: str) -> list[str]:
    query = EventQuery(limit=100, flow_ids=(flow_id,), event_types=("flows/updated",))
    page = EventLog.of(world.platform, world.caller).page(query)
    return [item["event"]["flow"]["label"] for _, item in page.items]


@pytest.mark.parametrize("events_max", [1, 2, 7, 22, 23, 100])
def test_slices_keep_the_order_of_changes(fresh_world: World, events_max: int) -> None:
    webhook_id = webhook(fresh_world, events=["flows/updated"])
    first, second = fresh_world.flow(), fresh_world.flow()
    labels = change(fresh_world, first, 9)
    fresh_world.platform.time.pass_(days=-1)
    assert change(fresh_world, second, 9) == labels

    assert relay_of(fresh_world, events_max=events_max).relay() == 22
    assert labels_told(fresh_world, first) == labels
    assert labels_told(fresh_world, second) == labels
    places = [each.seq for each in waiting_for(fresh_world, webhook_id)]
    assert len(set(places)) == 18
    assert places == sorted(places)
    assert relay_of(fresh_world, events_max=events_max).relay() == 0


@pytest.mark.parametrize("deliveries_max", [1, 3, 4, 100])
def test_many_webhooks_make_the_slices_smaller(fresh_world: World, deliveries_max: int) -> None:
    webhooks = [webhook(fresh_world, events=["flows/updated"]) for _ in range(3)]
    flow_id = fresh_world.flow()
    labels = change(fresh_world, flow_id, 5)

    relay_of(fresh_world, events_max=100, deliveries_max=deliveries_max).relay()

    assert labels_told(fresh_world, flow_id) == labels
    for webhook_id in webhooks:
        assert len(waiting_for(fresh_world, webhook_id)) == 5


def test_a_run_that_has_no_time_left_is_continued_by_the_next(fresh_world: World) -> None:
    flow_id = fresh_world.flow()
    labels = change(fresh_world, flow_id, 8)
    relay, events = relay_of(fresh_world, events_max=2), fresh_world.platform.noted.events
    events.sent.clear()

    with invocation(lambda: 5.0):
        assert [relay.relay() for _ in range(5)] == [2] * 5
        assert events.bodies == ["events"] * 5, "full slices: there may be more"
        assert relay.relay() == 0
    assert events.bodies == ["events"] * 5

    assert labels_told(fresh_world, flow_id) == labels


def test_a_share_that_is_used_up_says_so(fresh_world: World) -> None:
    change(fresh_world, fresh_world.flow(), 3)

    with share(0) as own:
        relay_of(fresh_world, events_max=2).relay()
    assert own.used_up

    with share(60) as own:
        relay_of(fresh_world, events_max=2).relay()
    assert not own.used_up


def test_a_webhook_is_created_only_once_all_earlier_events_have_a_place(
    fresh_world: World,
) -> None:
    change(fresh_world, fresh_world.flow(), 3)
    webhooks = WebhookService.of(fresh_world.platform, fresh_world.caller)
    slow = replace(webhooks, relay=relay_of(fresh_world, events_max=1))

    with (
        invocation(lambda: 3.5),
        pytest.raises(BackendUnavailableError, match="wait to be assigned"),
    ):
        slow.relay.relay_all()

    slow.relay.relay_all()
    assert slow.relay.relay() == 0
