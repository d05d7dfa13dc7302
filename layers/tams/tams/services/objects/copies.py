"""Copies Objects to other storage backends in the background; an instance shows once done (OBJ-11…14).

A row in `copies` survives any crash on the way. It is removed once the instance shows, or once the bytes it
may have left behind are deleted.
"""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from tams.errors import BackendUnavailableError
from tams.models.caller import Caller
from tams.models.copy import Copy
from tams.models.stored_objects import Instance, ObjectState, StoredObject
from tams.ports import Clock, ObjectStores, Platform, Queue, Repositories, Store
from tams.services.objects.instances import save_instances
from tams.timing.microseconds import to_us

_log = logging.getLogger(__name__)

ATTEMPTS_MAX = 12
HINTS_MAX = 1_000

_PAUSE_FIRST = timedelta(seconds=2)
_PAUSE_LONGEST = timedelta(minutes=15)
"""The longest delay SQS allows for a message."""

_CLOCKS_APART = timedelta(minutes=15)
"""Two workers on one copy only waste time. Clocks a few minutes apart should not cause that."""

_DOUBLINGS_MAX = 10
"""More doublings would exceed the longest pause, and eventually overflow a timedelta."""


@dataclass(frozen=True, slots=True)
class ObjectCopyService:
    """Each attempt copies from another of the existing instances, controlled ones first.

    `lease` is longer than a function may run, so a copy has one worker at a time.
    """

    store: Store
    object_stores: ObjectStores
    copies: Queue
    clock: Clock
    lease: timedelta

    @classmethod
    def of(cls, platform: Platform) -> Self:
        return cls(
            platform.store(Caller.background("object copies")),
            platform.object_stores,
            platform.queues.copies,
            platform.clock,
            timedelta(seconds=platform.settings.copies.lease_seconds),
        )

    def work(self, copy_id: str) -> None:
        """Make one attempt at a copy, or do nothing when there is nothing to do now.

        Raises BackendUnavailableError when VAST does not answer; `sweep` finds the copy again.
        """
        copy = self.store.write(lambda repositories: self._claim(repositories, copy_id))
        if copy is None:
            return
        stored = self.store.read(lambda repositories: _wanted(repositories, copy))
        if stored is None:
            self._discard(copy)
            return
        try:
            source = _source(stored, copy)
            self.object_stores.copy(stored.id, source, copy.storage_id, stored.content_type)
        except BackendUnavailableError as error:
            self._failed(copy, str(error))
            return
        if not self.store.write(lambda repositories: _show(repositories, copy)):
            self._discard(copy)

    def sweep(self) -> int:
        """Send a new hint for copies that nobody works on, HINTS_MAX or a few more. Returns how many.

        Each that is taken up makes room for another at the next sweep.
        """
        now = self.clock()
        now_us, believed_us = to_us(now), to_us(now + self._longest)
        due = self.store.read(lambda it: it.copies.due(now_us, believed_us, HINTS_MAX))
        self.copies.send(due)
        return len(due)

    @property
    def _longest(self) -> timedelta:
        """The longest believable wait. A longer one comes from a clock ahead of ours, and is ignored."""
        return max(self.lease, _PAUSE_LONGEST) + _CLOCKS_APART

    def _claim(self, repositories: Repositories, copy_id: str) -> Copy | None:
        copy, now = repositories.copies.find(copy_id), self.clock()
        if copy is None or to_us(now) < copy.next_us <= to_us(now + self._longest):
            return None
        claimed = replace(copy, attempts=copy.attempts + 1, next_us=to_us(now + self.lease))
        repositories.copies.save(claimed)
        return claimed

    def _failed(self, copy: Copy, reason: str) -> None:
        """Pause and try again; give up in the end."""
        giving_up = copy.attempts >= ATTEMPTS_MAX
        pause = pause_after(copy.attempts)
        _log.warning(
            "attempt %d to make or remove the instance of Object %r on %s failed: %s",
            copy.attempts,
            copy.object_id,
            copy.storage_id,
            reason,
        )

        def rest(repositories: Repositories) -> None:
            found = repositories.copies.find(copy.id)
            if found is not None:
                cancelled, next_us = found.cancelled or giving_up, to_us(self.clock() + pause)
                changed = replace(found, error=reason, next_us=next_us, cancelled=cancelled)
                repositories.copies.save(changed)

        self.store.write(rest)
        # A second more, because the clock of the next worker may be behind ours.
        self.copies.send([copy.id], delay_seconds=pause.total_seconds() + 1)

    def _discard(self, copy: Copy) -> None:
        """Delete what the copy may have left behind, then its row."""
        if self.store.read(lambda repositories: not _is_taken(repositories, copy)):
            try:
                self.object_stores.delete(copy.object_id, [Instance(storage_id=copy.storage_id)])
            except BackendUnavailableError as error:
                self._failed(copy, str(error))
                return

        def forget(repositories: Repositories) -> bool:
            found = repositories.copies.find(copy.id)
            if found is None:
                return True
            wanted_again = _wanted(repositories, found) is not None
            if wanted_again:
                repositories.copies.save(replace(found, next_us=0))
            else:
                repositories.copies.remove(found)
            return not wanted_again

        if not self.store.write(forget):
            self.copies.send([copy.id])


def pause_after(attempts: int) -> timedelta:
    """How long a copy pauses after this many attempts."""
    doublings = min(attempts - 1, _DOUBLINGS_MAX)
    return min(_PAUSE_LONGEST, _PAUSE_FIRST * (1 << doublings))


def _wanted(repositories: Repositories, copy: Copy) -> StoredObject | None:
    """The Object as it is now, if the copy is still wanted."""
    found = repositories.copies.find(copy.id)
    stored = repositories.objects.find_many([copy.object_id]).get(copy.object_id)
    if found is None or found.cancelled or stored is None:
        return None
    same = stored.created_us == found.object_created_us
    return stored if same and stored.state is ObjectState.REFERENCED else None


def _show(repositories: Repositories, copy: Copy) -> bool:
    """Advertise the new instance everywhere at once (OBJ-19), unless the copy is no longer wanted."""
    stored = _wanted(repositories, copy)
    found = repositories.copies.find(copy.id)
    if stored is None or found is None:
        return False
    added = Instance(storage_id=copy.storage_id)
    save_instances(repositories, replace(stored, instances=(*stored.instances, added)))
    repositories.copies.remove(found)
    return True


def _is_taken(repositories: Repositories, copy: Copy) -> bool:
    """Whether a later Object with the same id keeps its bytes where the copy would be."""
    stored = repositories.objects.find_many([copy.object_id]).get(copy.object_id)
    return stored is not None and any(
        instance.storage_id == copy.storage_id for instance in stored.instances
    )


def _source(stored: StoredObject, copy: Copy) -> Instance:
    ordered = sorted(stored.instances, key=lambda instance: instance.storage_id is None)
    return ordered[(copy.attempts - 1) % len(ordered)]
