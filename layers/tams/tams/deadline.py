"""How much time the current invocation has left: set at the edge, and respected wherever code waits."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

SecondsLeft = Callable[[], float]
"""How much time an invocation has left."""

MARGIN_SECONDS = 1.5
"""For the response, and for the request to VAST that is under way when time is up."""
ANSWER_SECONDS = 0.5
"""For the response alone: no request to another server may take longer."""

RESERVE_SECONDS = 10.0
"""What background work keeps in reserve, to finish its last step and send a hint for the rest."""

_seconds_left: ContextVar[SecondsLeft | None] = ContextVar("seconds_left", default=None)
_ends_at: ContextVar[float] = ContextVar("ends_at", default=math.inf)


@dataclass(slots=True)
class Share:
    """One kind of work's part of an invocation that does several."""

    ends_at: float
    used_up: bool = False
    """Whether the work stopped because its share was over: there may be more to do."""


_share: ContextVar[Share | None] = ContextVar("share", default=None)


@contextmanager
def invocation(left: SecondsLeft) -> Iterator[None]:
    """Code inside belongs to an invocation with this much time left."""
    token = _seconds_left.set(left)
    try:
        yield
    finally:
        _seconds_left.reset(token)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Code inside may wait no longer than this in total, and never longer than the code around it may."""
    token = _ends_at.set(min(_ends_at.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


def seconds_left() -> float:
    """Until the invocation ends; infinite outside an invocation."""
    left = _seconds_left.get()
    return math.inf if left is None else left()


def patience(longest_seconds: float, margin_seconds: float = MARGIN_SECONDS) -> float:
    """How many seconds code may wait: `longest_seconds`, or less if the invocation or `within` ends first."""
    left = _seconds_left.get()
    if left is not None:
        longest_seconds = min(longest_seconds, left() - margin_seconds)
    return max(0.0, min(longest_seconds, _ends_at.get() - time.monotonic()))


@contextmanager
def share(seconds: float) -> Iterator[Share]:
    """Background work inside begins no new step after this many seconds."""
    own = Share(time.monotonic() + seconds)
    token = _share.set(own)
    try:
        yield own
    finally:
        _share.reset(token)


def may_go_on(reserve_seconds: float = RESERVE_SECONDS) -> bool:
    """Whether background work has time for another step. Without an invocation it always has."""
    own = _share.get()
    goes_on = seconds_left() >= reserve_seconds and (own is None or time.monotonic() < own.ends_at)
    if own is not None and not goes_on:
        own.used_up = True
    return goes_on
