"""Objects that nobody uses: allocations past their time, and doomed ones that are still there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from tams.models.caller import Caller
from tams.ports import Platform, Progress, Repositories, Store
from tams.services.clock.believed_time import BelievedTime
from tams.services.leftovers.found import EXAMPLES_MAX, Found
from tams.services.objects.cleanup import ObjectCleanupService
from tams.timing.microseconds import to_us

AT_ONCE = 100
"""Objects of one step: their bytes are removed one by one."""
_ALL_TIME_US = 1 << 62


@dataclass(frozen=True, slots=True)
class ExpiredAllocations:
    """Objects that no Segment has used in time (STO-16)."""

    store: Store
    time: BelievedTime
    cleanup: ObjectCleanupService

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(
            platform.store(Caller.background("clean")),
            BelievedTime.of(platform),
            ObjectCleanupService.of(platform),
        )

    def find(self, _progress: Progress) -> Found:
        before_us = to_us(self.time.glimpsed() - self.cleanup.allocation_timeout)

        def work(repositories: Repositories) -> Found:
            examples = repositories.objects.never_used(before_us, EXAMPLES_MAX)
            count = repositories.objects.count_never_used(before_us)
            return Found(count, tuple(examples[:EXAMPLES_MAX]))

        return self.store.read(work)

    def remove(self) -> Iterator[int]:
        now = self.time()  # read once, because every reading moves it
        while ids := self.cleanup.doom_expired(now):
            yield from clean(self.cleanup, ids)


@dataclass(frozen=True, slots=True)
class DoomedObjects:
    """Objects that have lost their last use."""

    store: Store
    cleanup: ObjectCleanupService

    @classmethod
    def of(cls, platform: Platform) -> Self:
        store = platform.store(Caller.background("clean"))
        return cls(store, ObjectCleanupService.of(platform))

    def find(self, _progress: Progress) -> Found:
        def work(repositories: Repositories) -> Found:
            examples = repositories.objects.doomed(_ALL_TIME_US, _ALL_TIME_US, EXAMPLES_MAX)
            return Found(repositories.objects.count_doomed(), tuple(examples[:EXAMPLES_MAX]))

        return self.store.read(work)

    def remove(self) -> Iterator[int]:
        while ids := self.store.read(
            lambda it: it.objects.doomed(_ALL_TIME_US, _ALL_TIME_US, 10 * AT_ONCE)
        ):
            yield from clean(self.cleanup, ids)


def clean(cleanup: ObjectCleanupService, object_ids: Sequence[str]) -> Iterator[int]:
    """Removes the bytes and then the rows of doomed Objects. Yields how many, step by step."""
    for first in range(0, len(object_ids), AT_ONCE):
        some = object_ids[first : first + AT_ONCE]
        cleanup.clean(some)
        yield len(some)
