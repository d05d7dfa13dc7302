"""Removes Objects nobody needs: dooms them in VAST, deletes their bytes from S3, then forgets them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Self

from tams.deadline import may_go_on
from tams.models.caller import Caller
from tams.models.stored_objects import ObjectState, StoredObject
from tams.ports import Clock, ObjectStores, Platform, Queue, Repositories, Store
from tams.services.clock.believed_time import BelievedTime
from tams.settings.behaviour import GRACE_SECONDS
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
        """Doom allocations that were never registered, and send a new hint for doomed Objects that wait.

        As many as there is time for. Returns how many hints were sent. Source: STO-16.
        """
        now, sent = self.clock(), 0
        for step in (self._doom_expired, self._wait_again):
            while object_ids := self.store.write(partial(step, now=now)):
                self.cleanup.send(object_ids)
                sent += len(object_ids)
                if len(object_ids) < SWEEP_LIMIT:
                    break
                if not may_go_on():
                    return sent
                self.object_stores.check()  # or they would be hinted at for nothing, again and again
        return sent

    def doom_expired(self, now: datetime) -> list[str]:
        """Doom allocations that were never registered, SWEEP_LIMIT or a few more. Returns their ids."""
        return self.store.write(partial(self._doom_expired, now=now))

    def _wait_again(self, repositories: Repositories, *, now: datetime) -> list[str]:
        """Doomed Objects whose hint may be lost. They wait from now on, so that the next are others."""
        waiting_us, now_us = to_us(now - self.hint_again_after), to_us(now)
        ids = repositories.objects.doomed(waiting_us, now_us, SWEEP_LIMIT)
        found = _doomed(repositories, ids)
        repositories.objects.save([replace(each, doomed_us=now_us) for each in found])
        return [each.id for each in found]

    def _doom_expired(self, repositories: Repositories, *, now: datetime) -> list[str]:
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
