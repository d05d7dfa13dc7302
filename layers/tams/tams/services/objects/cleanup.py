"""Removes Objects nobody needs: dooms them in VAST, deletes their bytes from S3, then forgets them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from tams.models.caller import Caller
from tams.models.stored import ObjectState, StoredObject
from tams.ports import Clock, ObjectStores, Platform, Queue, Repositories, Store
from tams.services.clock.believed_time import BelievedTime
from tams.settings import GRACE_SECONDS
from tams.timing.microseconds import to_us

SWEEP_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class ObjectCleanupService:
    """A doomed Object is never used again: deleting its bytes needs no lock and may happen twice."""

    store: Store
    object_stores: ObjectStores
    cleanup: Queue
    clock: Clock
    """`clock` decides how old Objects are."""
    allocation_timeout: timedelta
    hint_again_after: timedelta

    @classmethod
    def of(cls, platform: Platform) -> Self:
        settings = platform.settings
        kept_seconds = settings.service.min_object_timeout_seconds + GRACE_SECONDS
        return cls(
            platform.store(Caller.background("object cleanup")),
            platform.object_stores,
            platform.queues.object_cleanup,
            BelievedTime.of(platform),
            timedelta(seconds=kept_seconds),
            timedelta(seconds=settings.sweep.after_seconds),
        )

    def clean(self, object_ids: Sequence[str]) -> None:
        """Delete the bytes, then the rows, of doomed Objects. Other Objects are left alone.

        Raises BackendUnavailableError; `sweep` finds what was left unfinished.
        """
        doomed = self.store.read(lambda repositories: _doomed(repositories, object_ids))
        for stored in doomed:
            self.object_stores.delete(stored.id, stored.instances)

        def forget(repositories: Repositories) -> None:
            again = _doomed(repositories, [stored.id for stored in doomed])
            repositories.objects.remove([stored.id for stored in again])

        if doomed:
            self.store.write(forget)

    def sweep(self) -> int:
        """Doom allocations that were never registered, and send a new hint for every doomed Object.

        Returns how many hints were sent. Source: STO-16.
        """
        now = self.clock()

        def work(repositories: Repositories) -> list[str]:
            expired = self._doom_expired(repositories, now)
            waiting_us = to_us(now - self.hint_again_after)
            return expired + repositories.objects.doomed(waiting_us, to_us(now), SWEEP_LIMIT)

        object_ids = self.store.write(work)
        self.cleanup.send(object_ids)
        return len(object_ids)

    def doom_expired(self, now: datetime) -> list[str]:
        """Doom allocations that were never registered, SWEEP_LIMIT or a few more. Returns their ids."""
        return self.store.write(lambda repositories: self._doom_expired(repositories, now))

    def _doom_expired(self, repositories: Repositories, now: datetime) -> list[str]:
        expired_us = to_us(now - self.allocation_timeout)
        ids = repositories.objects.never_used(expired_us, SWEEP_LIMIT)
        return doom_unused(repositories, ids, to_us(now))


def doom_unused(repositories: Repositories, object_ids: Sequence[str], now_us: int) -> list[str]:
    """Doom those of these Objects that are allocated and that nothing uses. Returns their ids."""
    unused = [
        replace(stored, state=ObjectState.DOOMED, doomed_us=now_us)
        for stored in repositories.objects.find_many(object_ids).values()
        if stored.state is ObjectState.ALLOCATED
    ]
    repositories.objects.save(unused)
    return [stored.id for stored in unused]


def _doomed(repositories: Repositories, object_ids: Sequence[str]) -> list[StoredObject]:
    found = repositories.objects.find_many(object_ids)
    return [stored for stored in found.values() if stored.state is ObjectState.DOOMED]
