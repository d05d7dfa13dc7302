"""Whatever dies, hangs or is repeated: events arrive, deletions finish, every byte is accounted for."""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from random import Random
from typing import Any

import httpx
import pytest

from local.parts import NAMES
from local.queues import sqs_client
from local.stack import Stack
from tams.models.event import EventType
from tams.object_stores.object_keys import object_key
from tams.repositories.database import Database
from tests.background import ledger
from tests.background.astray import AstrayHost
from tests.background.at_work import all_at_work
from tests.background.conftest import ARCHIVE
from tests.background.world import World
from tests.long_form import SOAK
from tests.receiver import (
    Behaviour,
    Receiver,
    accept,
    answer,
    close_early,
    hang,
    receiver,
)
from tests.services import lend_environment
from tests.small_disk import SmallDisk
from tests.waiting import until

SEEDS, TOGETHER = (300, 10) if SOAK else (6, 6)
"""Seeds, and how many clients are at work at the same time on one stack, each with its own."""

SECRET = "a-subscribers-secret"

MISBEHAVIOURS: list[Behaviour] = [
    hang,
    close_early,
    answer(500),
    answer(429, Retry_After="1"),
    answer(302, Location="http://127.0.0.1:9/"),
]

pytestmark = pytest.mark.timeout(1_200)


def groups() -> Iterator[list[int]]:
    yield from (list(range(first, first + TOGETHER)) for first in range(0, SEEDS, TOGETHER))


@pytest.mark.parametrize(
    "seeds", [pytest.param(each, id=f"seeds {each[0]}…{each[-1]}") for each in groups()]
)
def test_all_comes_out_right_in_the_end(
    seeds: list[int],
    stack: Stack,
    disk: SmallDisk | None,
    database: Database,
    buckets: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lend_environment(stack, monkeypatch)
    astray = AstrayHost(seeds[0])
    worlds = [World(seed, stack.api_url, ARCHIVE, astray) for seed in seeds]
    with ExitStack() as running:
        subscribed = [
            (world, running.enter_context(subscriber(stack, world)))
            for world in worlds
            for _ in range(2)
        ]
        trouble = Random(seeds[0])

        all_at_work(
            worlds,
            lambda: make_trouble(stack, disk, astray, trouble, [it for _, it in subscribed]),
        )
        for world in worlds:
            world.close()

        for _, it in subscribed:
            it.behaviour = accept
        for world in worlds:
            settled(world, database, [it for other, it in subscribed if other is world])
            nothing_is_left_over(stack, world, database, buckets)
    nothing_secret_is_logged(stack)


@contextmanager
def subscriber(stack: Stack, world: World) -> Iterator[Receiver]:
    url = f"{stack.api_url}/service/webhooks"
    with receiver() as it:
        body = {"url": it.url, "events": list(EventType), "source_ids": world.source_ids}
        body |= {"api_key_name": "X-Key", "api_key_value": SECRET}
        response = httpx.post(url, json=body, timeout=120)
        assert response.status_code == 201, response.text
        yield it
        httpx.delete(f"{url}/{response.json()['id']}", timeout=120)


def make_trouble(
    stack: Stack,
    disk: SmallDisk | None,
    astray: AstrayHost,
    random: Random,
    receivers: Sequence[Receiver],
) -> None:
    """Kill parts, lose queues, fill the disk, step a clock, send hints again, let receivers misbehave.

    At last everything runs.
    """
    for _ in range(3):
        for it in receivers:
            it.behaviour = random.choice([accept, accept, *MISBEHAVIOURS])
        time.sleep(random.uniform(0.2, 0.8))
        astray.leap()
        astray.sweep()
        with disk.full() if disk is not None and random.random() < 0.3 else nullcontext():
            part = random.choice(NAMES)
            stack.kill(part)
            time.sleep(random.uniform(0, 0.4))
            stack.restart(part)
            time.sleep(random.uniform(0, 0.4))
        if random.random() < 0.5:
            disturb_queues(stack, random)
    time.sleep(0.3)


def disturb_queues(stack: Stack, random: Random) -> None:
    client = sqs_client(stack.sqs_url, stack.sqs_credentials)
    disturb = lose_queue if random.random() < 0.3 else disturb_messages
    for queue in stack.application.queues:
        with suppress(client.exceptions.QueueDoesNotExist):  # lost before, and not made again yet
            disturb(client, stack.queue_url(queue.name), random)


def lose_queue(client: Any, url: str, _random: Random) -> None:
    client.delete_queue(QueueUrl=url)


def disturb_messages(client: Any, url: str, random: Random) -> None:
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    random.shuffle(found)
    again = random.choice([0, 3])  # lost, or delivered again and again
    for message in found:
        client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    for message in found * again:
        client.send_message(QueueUrl=url, MessageBody=message["Body"])


def settled(world: World, database: Database, receivers: Sequence[Receiver]) -> None:
    """Wait until everything that happened has arrived, and check that it is what happened."""

    def all_arrived() -> bool:
        known = {row["id"] for row in ledger.events_of(database, world.source_ids)}
        return all({each.event_id for each in it.distinct} == known for it in receivers)

    def all_deleted() -> bool:
        objects = ledger.objects_of(database, world.flow_ids)
        unfinished = ledger.unfinished_deletions(database, world.flow_ids)
        return not unfinished and "doomed" not in objects.values()

    def all_copied() -> bool:
        return not ledger.copies_of(database, world.object_ids)

    until(lambda: not ledger.waiting_uploads(database, world.registering))
    until(all_deleted)
    until(all_copied)
    until(all_arrived)
    happened = ledger.events_of(database, world.source_ids)
    counted = Counter((row["event_type"], row["flow_id"]) for row in happened)
    assert {key: count for key, count in world.told.items() if counted[key] < count} == {}
    in_order = defaultdict(list)
    for row in happened:
        in_order[row["flow_id"]].append(row["id"])
    for it in receivers:
        arrived = defaultdict(list)
        place = {row["id"]: row["flow_id"] for row in happened}
        for each in it.distinct:
            arrived[place[each.event_id]].append(each.event_id)
        for flow_id in world.flow_ids:
            assert arrived[flow_id] == in_order[flow_id]


def nothing_is_left_over(
    stack: Stack, world: World, database: Database, buckets: dict[str, str]
) -> None:
    """Bytes lie where an Object has an instance, and nowhere else; what Segments play is there."""
    instances = ledger.instances_of(database, world.object_ids)
    played = ledger.objects_in_use(database, world.flow_ids)
    assert played <= instances.keys()
    for object_id in world.object_ids:
        for storage_id, bucket in buckets.items():
            path = stack.data_dir / "s3" / bucket / object_key(object_id)
            if storage_id not in instances.get(object_id, set()):
                assert not path.exists(), f"{bucket} has bytes of {object_id} that no row refers to"
            elif storage_id == ARCHIVE:
                assert path.read_bytes() == b"media"


def nothing_secret_is_logged(stack: Stack) -> None:
    logged = "".join(path.read_text() for path in (stack.data_dir / "logs").iterdir())
    assert logged
    assert SECRET not in logged
    assert not re.search("X-Amz-Signature=[0-9a-f]", logged)
