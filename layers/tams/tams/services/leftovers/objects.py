"""Objects that nobody uses: allocations past their time, and doomed ones that are still there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tams.models.caller import Caller
from tams.ports import Platform, Progress, Repositories, Store
from tams.services.clock.believed_time import BelievedTime
from tams.services.leftovers.found import EXAMPLES_MAX, Found
from tams.services.objects.cleanup import ObjectCleanupService
from tams.timing.microseconds import to_us

AT_ONCE = 100
"""Objects between two steps of a progress bar: their bytes are removed one by one."""
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

    def remove(self, progress: Progress) -> int:
        count = 0
        while ids := self.cleanup.doom_expired():
            progress.begin(len(ids))
            clean(self.cleanup, ids, progress)
            count += len(ids)
        return count


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

    def remove(self, progress: Progress) -> int:
        count = 0
        while ids := self.store.read(
            lambda it: it.objects.doomed(_ALL_TIME_US, _ALL_TIME_US, 10 * AT_ONCE)
        ):
            progress.begin(len(ids))
            clean(self.cleanup, ids, progress)
            count += len(ids)
        return count


def clean(cleanup: ObjectCleanupService, object_ids: Sequence[str], progress: Progress) -> None:
    """Removes the bytes and then the rows of doomed Objects."""
    for first in range(0, len(object_ids), AT_ONCE):
        some = object_ids[first : first + AT_ONCE]
        cleanup.clean(some)
        progress.advance(len(some))
