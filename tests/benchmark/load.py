"""Requests from one client, or from several at once, and what they took."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from threading import Barrier

from tests.benchmark.wire import Exchange

Connect = Callable[[], AbstractContextManager[Exchange]]


@dataclass(frozen=True)
class Pace:
    times_ms: Sequence[float]
    seconds: float
    """From the first request to the last answer."""

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.times_ms)

    @property
    def p95_ms(self) -> float:
        return self._at(0.95)

    @property
    def p99_ms(self) -> float:
        return self._at(0.99)

    @property
    def per_second(self) -> float:
        return len(self.times_ms) / self.seconds

    def numbers(self) -> dict[str, float]:
        return {
            "p50_ms": round(self.p50_ms, 3),
            "p95_ms": round(self.p95_ms, 3),
            "p99_ms": round(self.p99_ms, 3),
            "per_second": round(self.per_second, 1),
            "requests": len(self.times_ms),
        }

    def _at(self, part: float) -> float:
        return sorted(self.times_ms)[min(int(len(self.times_ms) * part), len(self.times_ms) - 1)]


def together(paces: Sequence[Pace]) -> Pace:
    """One after another."""
    times = [each for pace in paces for each in pace.times_ms]
    return Pace(times, sum(pace.seconds for pace in paces))


def timed(exchange: Exchange, requests: Sequence[bytes], status: int) -> list[float]:
    """Milliseconds of each. Every answer must have the status."""
    times = []
    for request in requests:
        started = time.perf_counter()
        answered, whole = exchange(request)
        times.append((time.perf_counter() - started) * 1000)
        assert answered == status, whole[:500]
    return times


def one_client(exchange: Exchange, requests: Sequence[bytes], status: int = 200) -> Pace:
    started = time.perf_counter()
    times = timed(exchange, requests, status)
    return Pace(times, time.perf_counter() - started)


def clients(connect: Connect, requests: Sequence[bytes], status: int, in_flight: int) -> Pace:
    """Each client has a connection of its own, and takes every `in_flight`th request."""
    with ExitStack() as open_:
        exchanges = [open_.enter_context(connect()) for _ in range(in_flight)]
        together_ = Barrier(in_flight + 1)

        def client(number: int) -> list[float]:
            together_.wait()
            return timed(exchanges[number], requests[number::in_flight], status)

        with ThreadPoolExecutor(in_flight) as pool:
            running = [pool.submit(client, number) for number in range(in_flight)]
            together_.wait()
            started = time.perf_counter()
            times = [each for client_ in running for each in client_.result()]
            seconds = time.perf_counter() - started
    return Pace(times, seconds)
