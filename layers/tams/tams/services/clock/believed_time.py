"""The time used to decide what is old enough to delete."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from tams.models.caller import Caller
from tams.ports import Clock, Platform, Store
from tams.timing.microseconds import from_us, to_us

STEP = timedelta(minutes=10)
"""Much longer than the interval between sweeps, so the clock soon catches up after a pause."""


@dataclass(frozen=True, slots=True)
class BelievedTime:
    """A clock shared by all hosts. Each reading moves it forward, by at most STEP.

    A host clock that leaps a day ahead therefore deletes nothing a day early. After a day without a sweep,
    deleting old records takes a little longer.
    """

    store: Store
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(platform.store(Caller.background("believed time")), platform.clock)

    def __call__(self) -> datetime:
        now_us, step_us = to_us(self.clock()), STEP // timedelta(microseconds=1)
        return from_us(self.store.write(lambda it: it.service.believed_us(now_us, step_us)))

    def glimpsed(self) -> datetime:
        """The time that a reading would give, without moving the clock: for looks that change nothing."""
        now = self.clock()
        before_us = self.store.read(lambda it: it.service.last_believed_us())
        return now if before_us is None else min(now, from_us(before_us) + STEP)
