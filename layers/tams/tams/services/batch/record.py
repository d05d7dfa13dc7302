"""What became of batches that clients may repeat: the same key and request get the same answer for a day."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from tams.deadline import may_go_on
from tams.errors import ConflictError, InvalidRequestError
from tams.models.batch import Outcome, StoredBatch
from tams.models.caller import Caller
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.clock.believed_time import BelievedTime
from tams.timing.microseconds import to_us

KEY_MAX = 200
KEPT_FOR = timedelta(hours=24)
_EXPIRED_MAX = 1_000


@dataclass(frozen=True, slots=True)
class BatchKey:
    """`id` stands for the caller and their key, `digest` for what they asked."""

    id: str
    digest: str

    @classmethod
    def of(cls, caller: Caller, key: str, request: Any) -> Self:
        """Raises InvalidRequestError."""
        if not key or len(key) > KEY_MAX or not key.isprintable():
            raise InvalidRequestError(
                f"Idempotency-Key: must have 1 to {KEY_MAX} printable characters"
            )
        return cls(_hash([caller.name, key]), _hash(request))


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """The record of one batch, read and written in the transactions of its items."""

    store: Store
    clock: Clock
    key: BatchKey

    @classmethod
    def of(cls, platform: Platform, caller: Caller, key: BatchKey) -> Self:
        return cls(platform.store(caller), platform.clock, key)

    def outcomes(self) -> tuple[Outcome, ...]:
        """Those of the items done so far. Raises ConflictError if the key stands for another request."""

        def work(repositories: Repositories) -> tuple[Outcome, ...]:
            found = self._current(repositories)
            return found.outcomes if found else ()

        return self.store.read(work)

    def save(self, outcomes: Sequence[Outcome]) -> None:
        """Raises ConflictError if the key stands for another request."""

        def work(repositories: Repositories) -> None:
            if (found := self._current(repositories)) is not None:
                repositories.batches.save(replace(found, outcomes=tuple(outcomes)))
                return
            now_us = to_us(self.clock())
            new = StoredBatch(self.key.id, self.key.digest, tuple(outcomes), now_us)
            repositories.guards.hold([self.key.id])
            if (expired := repositories.batches.find(self.key.id)) is None:
                repositories.batches.add(new)
            else:
                repositories.batches.save(replace(new, revision=expired.revision))

        self.store.write(work, self.key.id)

    def _current(self, repositories: Repositories) -> StoredBatch | None:
        found = repositories.batches.find(self.key.id)
        if found is None or found.created_us < to_us(self.clock() - KEPT_FOR):
            return None
        if found.digest != self.key.digest:
            raise ConflictError("Idempotency-Key: it has been used for another request")
        return found


@dataclass(frozen=True, slots=True)
class BatchCleanup:
    store: Store
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> Self:
        caller = Caller.background("batch cleanup")
        return cls(platform.store(caller), BelievedTime.of(platform))

    def sweep(self) -> int:
        """Forget old batches, as many as there is time for. Returns how many."""
        now, total = self.clock(), 0
        while True:
            count = self.forget_older(now)
            total += count
            if count < _EXPIRED_MAX or not may_go_on():
                return total

    def forget_older(self, now: datetime) -> int:
        """Some of them at this time, of one reading of the clock. Zero when none is left."""
        before_us = to_us(now - KEPT_FOR)
        return self.store.write(lambda it: it.batches.expire(before_us, _EXPIRED_MAX))


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
