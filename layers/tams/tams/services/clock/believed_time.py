"""The time that decides what is old enough to delete."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from tams.models.caller import Caller
from tams.ports import Clock, Platform, Store
from tams.timing.microseconds import from_us, to_us

STEP = timedelta(minutes=10)
"""Much more than a sweep takes from the last, so the clock soon catches up after a pause."""


@dataclass(frozen=True, slots=True)
class BelievedTime:
    """A clock that all hosts share. Each reading moves it forward, by STEP at most.

    So a clock that leaps a day ahead deletes nothing a day early; after a day without a sweep, deleting
    what is old takes a little longer.
    """

    store: Store
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(platform.store(Caller.background("believed time")), platform.clock)

    def __call__(self) -> datetime:
        now_us, step_us = to_us(self.clock()), STEP // timedelta(microseconds=1)
        return from_us(self.store.write(lambda it: it.service.believed_us(now_us, step_us)))
