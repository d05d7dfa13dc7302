"""Turns: first come, first served, by any of the keys, and never longer than the caller's patience."""

import threading
from functools import partial

from tams.deadline import MARGIN_SECONDS, invocation, patience
from tams.repositories.database import pause_seconds
from tams.repositories.turns import Turns
from tests.waiting import until


def test_those_who_want_one_thing_go_in_the_order_they_came() -> None:
    turns, order = Turns(), list[int]()

    def take(number: int) -> None:
        with turns.taken(["flow"], 60) as in_time:
            assert in_time
            order.append(number)

    def waiting(count: int) -> bool:
        return len(turns._queues["flow"]) == count

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    with turns.taken(["flow", "source"], 60):
        for number, thread in enumerate(threads):
            thread.start()
            until(partial(waiting, number + 2))
        assert order == []
    for thread in threads:
        thread.join()

    assert order == list(range(8))
    assert not turns._queues


def test_one_key_in_common_is_enough_to_wait_and_none_is_not() -> None:
    turns = Turns()
    with turns.taken(["a", "b"], 60):
        with turns.taken(["b", "c"], 0) as in_time:
            assert not in_time
        with turns.taken(["c", "d"], 0) as in_time:
            assert in_time
        with turns.taken([], 0) as in_time:
            assert in_time


def test_pauses_grow_with_the_attempts_and_shrink_as_time_runs_out() -> None:
    floors = [min(pause_seconds(attempt, 1) for _ in range(200)) for attempt in (1, 4, 8)]
    assert floors == sorted(floors)
    assert max(pause_seconds(8, 0.05) for _ in range(200)) < floors[-1]


def test_nobody_waits_longer_than_the_invocation_leaves() -> None:
    assert patience(20) == 20
    with invocation(lambda: 8.0):
        assert patience(20) == 8 - MARGIN_SECONDS
        assert patience(2) == 2
    with invocation(lambda: 0.1):
        assert patience(20) == 0
    assert patience(20) == 20


def test_the_thousandth_attempt_waits_too() -> None:
    assert 0 < pause_seconds(2_000, 1) < 60
