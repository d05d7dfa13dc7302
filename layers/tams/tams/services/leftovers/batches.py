"""Records of batches that clients may no longer repeat."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from tams.models.caller import Caller
from tams.ports import Platform, Progress, Store
from tams.services.batch.record import KEPT_FOR, BatchCleanup
from tams.services.clock.believed_time import BelievedTime
from tams.services.leftovers.found import Found
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class ExpiredBatches:
    store: Store
    time: BelievedTime
    cleanup: BatchCleanup

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(
            platform.store(Caller.background("clean")),
            BelievedTime.of(platform),
            BatchCleanup.of(platform),
        )

    def find(self, _progress: Progress) -> Found:
        before_us = to_us(self.time.glimpsed() - KEPT_FOR)
        return Found(self.store.read(lambda it: it.batches.count_older(before_us)))

    def remove(self) -> Iterator[int]:
        now = self.time()
        while gone := self.cleanup.forget_older(now):
            yield gone
