"""A VAST that does not answer: given up in time, left alone for a while, then probed by one at a time."""

import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest

from tams.deadline import ANSWER_SECONDS, MARGIN_SECONDS, invocation, patience, within
from tams.vast.errors import VastConnectionError, VastSilentError
from tams.vast.health import (
    PROBE_SECONDS,
    REST_FIRST_SECONDS,
    REST_LONGEST_SECONDS,
    SET_ASIDE_SECONDS,
    Health,
)
from tams.vast.http_connection import Endpoint
from tams.vast.http_pool import HttpPool
from tests.bad_servers import a_black_hole, a_server, half, resetting, silent, trickling
from tests.waiting import PATIENCE_SECONDS

REQUEST = b"GET / HTTP/1.1\r\nHost: vast\r\nContent-Length: 0\r\n\r\n"
SILENCE = VastSilentError("it took too long")
REFUSAL = VastConnectionError("Connection refused")


@pytest.mark.parametrize(
    "server",
    [a_server(silent), a_server(half), a_server(trickling), a_black_hole()],
    ids=["silent", "half", "trickling", "black hole"],
)
def test_what_does_not_answer_is_given_up(server: AbstractContextManager[int]) -> None:
    begun = time.monotonic()
    with server as port:
        pool = HttpPool(Endpoint.of(f"http://127.0.0.1:{port}"), timeout_seconds=0.3)
        with pytest.raises(VastSilentError):
            pool.exchange(REQUEST)
        assert pool.health.failure is not None
    assert time.monotonic() - begun < PATIENCE_SECONDS / 10


def test_a_reset_is_no_silence() -> None:
    with a_server(resetting) as port:
        pool = HttpPool(Endpoint.of(f"http://127.0.0.1:{port}"), timeout_seconds=PATIENCE_SECONDS)
        with pytest.raises(VastConnectionError, match="reset") as raised:
            pool.exchange(REQUEST)
    assert not isinstance(raised.value, VastSilentError)


@pytest.mark.parametrize("server", [silent, half])
def test_no_request_waits_longer_than_the_invocation_has_time(server: object) -> None:
    begun = time.monotonic()
    with a_server(server) as port:  # type: ignore[arg-type]
        pool = HttpPool(Endpoint.of(f"http://127.0.0.1:{port}"), timeout_seconds=PATIENCE_SECONDS)
        with invocation(lambda: ANSWER_SECONDS + 0.2), pytest.raises(VastSilentError):
            pool.exchange(REQUEST)
        assert pool.health.failure is None, "so short a wait says nothing of VAST"
        with invocation(lambda: ANSWER_SECONDS), pytest.raises(VastSilentError):
            pool.exchange(REQUEST)
    assert time.monotonic() - begun < PATIENCE_SECONDS / 2


def test_the_time_to_wait_is_the_shortest_of_all() -> None:
    assert patience(math.inf) == math.inf
    with invocation(lambda: 12.0):
        assert patience(60) == 12.0 - MARGIN_SECONDS
        assert patience(60, ANSWER_SECONDS) == 12.0 - ANSWER_SECONDS
        assert patience(5) == 5
        with within(4), within(60):
            assert 0 < patience(5) <= 4
        assert patience(5) == 5
    with within(-1):
        assert patience(5) == 0


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Iterator[Clock]:
    return Clock()  # type: ignore[return-value]


def test_after_a_rest_one_at_a_time_tries_a_silent_address(clock: Clock) -> None:
    health = Health("vast", clock)
    assert health.may_try()

    health.failed(SILENCE, asked_at=clock.now)
    assert not health.may_try()
    clock.now += REST_FIRST_SECONDS
    assert [health.may_try() for _ in range(3)] == [True, False, False]
    clock.now += PROBE_SECONDS  # the probe has died
    assert [health.may_try() for _ in range(3)] == [True, False, False]

    health.answered()
    assert [health.may_try() for _ in range(3)] == [True, True, True]


def test_rests_double_up_to_the_longest(clock: Clock) -> None:
    health = Health("vast", clock)
    rests = []
    for _ in range(8):
        asked_at = clock.now
        clock.now += 1
        health.failed(SILENCE, asked_at)
        begun = clock.now
        while not health.may_try():
            clock.now += 0.5
        rests.append(clock.now - begun)
    assert rests == [1, 2, 4, 8, 15, 15, 15, REST_LONGEST_SECONDS]


def test_requests_that_were_under_way_together_count_once(clock: Clock) -> None:
    health = Health("vast", clock)
    asked_at = clock.now
    clock.now += 10
    for _ in range(20):
        health.failed(SILENCE, asked_at)
    clock.now += REST_FIRST_SECONDS
    assert health.may_try()


def test_one_slow_request_is_no_outage_while_others_are_answered(clock: Clock) -> None:
    health = Health("vast", clock)
    asked_at = clock.now
    health.answered_at = clock.now + 5
    clock.now += 10
    health.failed(SILENCE, asked_at)
    assert health.failure is None


def test_an_address_that_refuses_is_set_aside_but_never_closed(clock: Clock) -> None:
    health = Health("vast", clock)
    health.failed(REFUSAL, clock.now)
    assert health.may_try()
    assert health.is_set_aside
    clock.now += SET_ASIDE_SECONDS
    assert not health.is_set_aside
