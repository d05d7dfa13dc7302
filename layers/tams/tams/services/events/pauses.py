"""How long to wait between two looks at a log in which nothing has happened."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

PAUSE_FIRST = 0.25
PAUSE_LONGEST = 2.0
"""Seconds. A follower learns of an event at most this long after its place was assigned."""


@dataclass(frozen=True, slots=True)
class Stopwatch:
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def pauses(seconds: float) -> Iterator[float]:
    """Pauses that double, and altogether take that long."""
    pause = PAUSE_FIRST
    while seconds > 0:
        yield min(pause, seconds)
        seconds -= pause
        pause = min(2 * pause, PAUSE_LONGEST)
