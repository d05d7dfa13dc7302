"""The recycle bin as clients see it: its entries, and how to delete one early."""

from dataclasses import dataclass, replace
from typing import Self

from tams.errors import NotFoundError
from tams.models.caller import Caller, Permission, classes_of
from tams.models.paging import Page
from tams.models.recycle_bin import (
    BinEntry,
    RecycleBinEntry,
    RecycleBinQuery,
    RecycleBinSummary,
)
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.permissions import check
from tams.services.deletion.disposal import DeletionOptions, Disposal
from tams.services.recycle_bin.purge import destroy
from tams.settings import Settings
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class RecycleBinService:
    store: Store
    clock: Clock
    cleanup: Queue
    deletions: Queue
    settings: Settings

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        queues = platform.queues
        return cls(
            platform.store(caller),
            platform.clock,
            queues.object_cleanup,
            queues.deletions,
            platform.settings,
        )

    def get(self, entry_id: str) -> RecycleBinEntry:
        """Raises NotFoundError."""
        now_us = to_us(self.clock())
        entry = self.store.read(lambda it: entry_to(Permission.READ, it, entry_id, now_us))
        return entry.described()

    def list_(self, query: RecycleBinQuery) -> Page[RecycleBinEntry]:
        def work(repositories: Repositories) -> Page[BinEntry]:
            classes = repositories.caller.classes_for(Permission.READ)
            return repositories.recycle_bin.list_(replace(query, classes=classes))

        page = self.store.read(work)
        return Page(tuple(entry.described() for entry in page.items), page.next_key)

    def summary(self, query: RecycleBinQuery) -> RecycleBinSummary:
        """The numbers of all entries that the filters choose, as far as the caller may read them."""

        def work(repositories: Repositories) -> RecycleBinSummary:
            classes = repositories.caller.classes_for(Permission.READ)
            return repositories.recycle_bin.summary(replace(query, classes=classes))

        return self.store.read(work)

    def purge(self, entry_id: str) -> None:
        """Destroy an entry for good, now. Raises NotFoundError, ForbiddenError."""

        def work(repositories: Repositories) -> tuple[list[str], list[str]]:
            Disposal.of(self.settings, repositories.caller, DeletionOptions(soft_delete=False))
            now = self.clock()
            entry = entry_to(Permission.DELETE, repositories, entry_id, to_us(now))
            return destroy(repositories, [entry], now, self.settings.deletion.at_once_segments)

        doomed, requests = self.store.write(work, entry_id)
        self.cleanup.send(doomed)
        self.deletions.send(requests)


def entry_to(
    permission: Permission, repositories: Repositories, entry_id: str, now_us: int
) -> BinEntry:
    """An entry that is still kept. Raises NotFoundError, ForbiddenError."""
    entry = repositories.recycle_bin.get(entry_id)
    if entry.deletion.until_us <= now_us:
        raise NotFoundError(ENTRY, entry_id)
    check(repositories.caller, permission, ENTRY, entry_id, classes_of(entry.tags))
    return entry


ENTRY = "recycle bin entry"
