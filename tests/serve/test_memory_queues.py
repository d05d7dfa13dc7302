"""Hints inside one process."""

import json
import threading
import time

from serve.memory_queues import MemoryQueue


def test_a_hint_is_delivered_as_sqs_would() -> None:
    queue = MemoryQueue()
    queue.send(["a", "b"])

    taken = [queue.take(0), queue.take(0), queue.take(0)]

    assert [each and json.loads(each) for each in taken] == [["a"], ["b"], None]


def test_the_same_hint_waits_only_once() -> None:
    queue = MemoryQueue()
    for _ in range(3):
        queue.send(["a"])

    assert [queue.take(0), queue.take(0)] == ['["a"]', None]


def test_an_earlier_hint_takes_the_place_of_a_later_one() -> None:
    queue = MemoryQueue()
    queue.send(["a"], delay_seconds=3_600)
    assert queue.take(0) is None
    queue.send(["a"])

    assert [queue.take(0), queue.take(0)] == ['["a"]', None]


def test_a_later_hint_does_not_delay_an_earlier_one() -> None:
    queue = MemoryQueue()
    queue.send(["a"])
    queue.send(["a"], delay_seconds=3_600)

    assert queue.take(0) == '["a"]'


def test_a_hint_comes_when_it_is_due() -> None:
    queue = MemoryQueue()
    started = time.monotonic()
    queue.send(["a"], delay_seconds=0.05)

    assert queue.take(60) == '["a"]'
    assert time.monotonic() - started >= 0.05


def test_a_thread_that_waits_is_woken() -> None:
    queue = MemoryQueue()
    taken: list[str | None] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take(60)))
    thread.start()

    queue.send(["a"])

    thread.join(60)
    assert taken == ['["a"]']


def test_what_waits_is_bounded() -> None:
    queue = MemoryQueue()

    queue.send([str(number) for number in range(20_000)])

    count = 0
    while queue.take(0):
        count += 1
    assert count == 10_000
