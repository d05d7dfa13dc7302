"""Deletion requests that lost their worker, and those that stopped with an error."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from tams.errors import NotFoundError
from tams.models.caller import Caller
from tams.ports import Platform, Progress, Repositories, Store
from tams.services.deletion.requests import DeletionRequestService
from tams.services.leftovers.found import EXAMPLES_MAX, Found
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class StuckDeletions:
    """They are worked off, which is what their clients asked for."""

    store: Store
    requests: DeletionRequestService

    @classmethod
    def of(cls, platform: Platform) -> Self:
        caller = Caller.background("clean")
        return cls(platform.store(caller), DeletionRequestService.of(platform, caller))

    def find(self, _progress: Progress) -> Found:
        ids = self._stuck()
        return Found(len(ids), tuple(ids[:EXAMPLES_MAX]))

    def remove(self) -> Iterator[int]:
        """A request that another worker took up in the meantime only collides with it."""
        for request_id in self._stuck():
            with suppress(NotFoundError):  # it has expired since
                self.requests.work_off(request_id)
                yield 1

    def _stuck(self) -> list[str]:
        now = self.requests.clock()

        def work(repositories: Repositories) -> list[str]:
            found = repositories.deletion_requests
            idle = found.idle_since(to_us(now - self.requests.idle), to_us(now))
            return idle + found.in_error()

        return self.store.read(work)
