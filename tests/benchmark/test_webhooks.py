"""A dead subscriber costs the others nothing."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.benchmark.form import LONG
from tests.benchmark.record import Record
from tests.maker import Maker
from tests.receiver import Receiver, hang, receiver

SUBSCRIBERS = 100 if LONG else 12
CHANGES = 10
ROUNDS = 3 if LONG else 1


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("subscribers"), keep_going=True) as running:
        yield running


def subscribe(api: httpx.Client, it: Receiver, source_id: str) -> None:
    body = {"url": it.url, "events": ["flows/updated"], "source_ids": [source_id]}
    assert api.post("/service/webhooks", json=body).status_code == 201


def seconds_to_all(api: httpx.Client, make: Maker, living: int, dead: int) -> float:
    """From the first of some changes until every living subscriber has all of them."""
    flow = make.flow(source_id=str(uuid4()))
    with ExitStack() as running:
        subscribers = [running.enter_context(receiver()) for _ in range(living)]
        silent = [running.enter_context(receiver(hang)) for _ in range(dead)]
        for it in (*silent, *subscribers):
            subscribe(api, it, flow["source_id"])
        started = time.monotonic()
        for number in range(CHANGES):
            api.put(f"/flows/{flow['id']}/label", json=str(number))
        for it in subscribers:
            it.wait_for(lambda it: len(it.distinct) == CHANGES)
        taken = time.monotonic() - started
        for each in api.get("/service/webhooks", params={"limit": 1000}).json():
            api.delete(f"/service/webhooks/{each['id']}")
        return taken


@pytest.mark.timeout(600)
def test_the_living_are_told_as_fast_beside_a_dead_one(stack: Stack, record: Record) -> None:
    with httpx.Client(base_url=stack.api_url, timeout=30) as api:
        make = Maker(api)
        seconds_to_all(api, make, 2, 0)
        rounds = [
            (
                seconds_to_all(api, make, SUBSCRIBERS - 1, 0),
                seconds_to_all(api, make, SUBSCRIBERS - 1, 1),
            )
            for _ in range(ROUNDS)
        ]
    alone, beside = min(first for first, _ in rounds), min(second for _, second in rounds)

    record.line(
        "Events to webhooks",
        {
            "webhooks": SUBSCRIBERS - 1,
            "events": CHANGES,
            "all alive": f"{alone:.1f} s",
            "beside one that hangs": f"{beside:.1f} s",
            "ratio": f"{beside / alone:.2f}",
        },
    )
    if LONG:
        assert beside <= 2 * alone
