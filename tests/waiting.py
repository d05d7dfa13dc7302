"""Waiting for what happens in the background."""

import time
from collections.abc import Callable


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"it did not happen within {seconds} s"
        time.sleep(0.02)


def next_second() -> None:
    """Answers show whole seconds: what happens from here on shows a later one than what went before."""
    now = int(time.time())
    until(lambda: int(time.time()) > now)
