"""Repeat, sort, report: p50 and p99 in milliseconds."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        return f"{self.p50_ms:.1f} ms (p99 {self.p99_ms:.1f})"


def timing_of(work: Callable[[], object], *, times: int, warm_up: int = 5) -> Timing:
    for _ in range(warm_up):
        work()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return Timing(statistics.median(taken), taken[int(len(taken) * 0.99)])


def interleaved(works: dict[str, Callable[[], object]], *, times: int) -> dict[str, Timing]:
    """Each work in turn, again and again, so that what disturbs one disturbs all."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        for _ in range(5):
            work()
    for _ in range(times):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            taken[name].append((time.perf_counter() - started) * 1000)
    return {
        name: Timing(statistics.median(each), sorted(each)[int(len(each) * 0.99)])
        for name, each in taken.items()
    }
