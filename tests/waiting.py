"""Waiting for background work."""

import time
from collections.abc import Callable

import httpx

PATIENCE_SECONDS = 300.0
"""For what should happen, before a test takes it that it does not: a busy machine is not a fault."""


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"it did not happen within {PATIENCE_SECONDS} s"
        time.sleep(0.02)


def next_second() -> None:
    """Answers show whole seconds: what happens from here on shows a later one than what went before."""
    now = int(time.time())
    until(lambda: int(time.time()) > now)


def until_gone(*urls: str) -> None:
    """Waits until S3 has none of these Objects any more."""
    until(lambda: all(_is_gone(url) for url in urls))


def _is_gone(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 404
    except httpx.RemoteProtocolError:  # the server had begun to answer when the file went
        return False
