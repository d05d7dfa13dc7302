"""Whatever a receiver does, it gets every event in order once it accepts them, and delays no other."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.maker import Maker
from tests.receiver import (
    Behaviour,
    Receiver,
    accept,
    answer,
    close_early,
    drip,
    hang,
    receiver,
)

LABELS = 12
"""How many events wait for a receiver."""

Subscribe = Callable[[Receiver, str], str]


@pytest.fixture
def subscribe(api: httpx.Client) -> Iterator[Subscribe]:
    made: list[str] = []

    def create(to: Receiver, source_id: str) -> str:
        events = ["flows/created", "flows/updated"]
        body = {"url": to.url, "events": events, "source_ids": [source_id]}
        made.append(api.post("/service/webhooks", json=body).json()["id"])
        return made[-1]

    yield create
    for webhook_id in made:
        api.delete(f"/service/webhooks/{webhook_id}")


def labels(it: Receiver) -> list[Any]:
    return [each.event["flow"].get("label") for each in it.distinct]


@pytest.mark.parametrize(
    "misbehave",
    [
        pytest.param(hang, id="hangs"),
        pytest.param(drip, id="answers without end"),
        pytest.param(close_early, id="closes early"),
        pytest.param(answer(500), id="500"),
        pytest.param(answer(429, Retry_After="1"), id="429"),
        pytest.param(answer(302, Location="http://127.0.0.1:9/"), id="redirects"),
    ],
)
def test_a_receiver_that_recovers_gets_every_event_in_order(
    misbehave: Behaviour, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    with receiver() as broken, receiver() as healthy:
        broken.behaviour = misbehave
        for it in (broken, healthy):
            subscribe(it, source_id)

        flow = make.flow(source_id=source_id)
        for number in range(LABELS):
            api.put(f"/flows/{flow['id']}/label", json=str(number))
        healthy.wait_for(lambda it: len(it.distinct) == LABELS + 1)
        broken.wait_for(lambda it: it.requests >= 2)
        assert broken.received == []
        broken.behaviour = accept

        broken.wait_for(lambda it: len(it.distinct) == LABELS + 1)
        assert labels(broken) == labels(healthy) == [None, *map(str, range(LABELS))]


def test_a_receiver_that_is_away_gets_everything_when_it_returns(
    api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    with receiver() as first:
        webhook_id = subscribe(first, source_id)
        port = first.port
    flow = make.flow(source_id=source_id)
    for number in range(LABELS):
        api.put(f"/flows/{flow['id']}/label", json=str(number))

    with receiver(port=port) as back:
        back.wait_for(lambda it: len(it.distinct) == LABELS + 1)

    assert labels(back) == [None, *map(str, range(LABELS))]
    assert api.get(f"/service/webhooks/{webhook_id}").json()["status"] == "started"


def test_one_dead_receiver_among_many_keeps_nobody_waiting(
    api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    with ExitStack() as running:
        receivers = [running.enter_context(receiver()) for _ in range(20)]
        receivers[0].behaviour = hang
        for it in receivers:
            subscribe(it, source_id)

        flow = make.flow(source_id=source_id)
        for number in range(5):
            api.put(f"/flows/{flow['id']}/label", json=str(number))

        for it in receivers[1:]:
            it.wait_for(lambda it: len(it.distinct) == 6)
