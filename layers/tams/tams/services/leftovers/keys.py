"""Bytes in our buckets that no Object knows: what a crash, a restored index or another program left there.

They are removed in the same way as all bytes. A key's Object is first recorded as doomed, in a transaction in
which nothing has its id and nobody can take it. Whatever happens then, the sweeper finishes it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Self

from tams.models.caller import Caller
from tams.models.stored_key import StoredKey
from tams.models.stored_objects import FLOW_GONE_US, Instance, ObjectState, StoredObject
from tams.ports import ObjectStores, Platform, Progress, Repositories, Store
from tams.services.clock.believed_time import BelievedTime
from tams.services.leftovers.found import EXAMPLES_MAX, Found
from tams.services.leftovers.objects import AT_ONCE, clean
from tams.services.objects.cleanup import ObjectCleanupService
from tams.timing.microseconds import to_us

_UNCLEAR = (
    "keys left alone because they do not name their Object, such as those of long ids or of other "
    "programs: {}"
)
_NOTHING_KNOWN = (
    "this store knows none of the media in the buckets, so it may be the wrong store, or one that is empty "
    "by mistake"
)


@dataclass(frozen=True, slots=True)
class UnknownKeys:
    """Keys younger than `min_age` are left alone: an upload may be under way."""

    store: Store
    object_stores: ObjectStores
    storage_ids: Collection[str]
    time: BelievedTime
    cleanup: ObjectCleanupService
    min_age: timedelta

    @classmethod
    def of(cls, platform: Platform, min_age: timedelta) -> Self:
        return cls(
            platform.store(Caller.background("clean")),
            platform.object_stores,
            tuple(platform.backends),
            BelievedTime.of(platform),
            ObjectCleanupService.of(platform),
            min_age,
        )

    def find(self, progress: Progress) -> Found:
        count = size_bytes = known = unclear = 0
        examples: list[str] = []
        latest = self._latest()
        for _, page in self._pages():
            progress.advance(len(page))
            told = [each for each in page if each.object_id is not None]
            unknown = self.store.read(partial(_unknown, page=told))
            known += len(told) - len(unknown)
            # Without those that are empty: they only mark a folder.
            unclear += sum(1 for each in page if each.object_id is None and each.size_bytes)
            old = [each for each in unknown if each.modified < latest]
            count += len(old)
            size_bytes += sum(each.size_bytes for each in old)
            examples += [each.key for each in old[: EXAMPLES_MAX - len(examples)]]
        remarks = (_UNCLEAR.format(unclear),) if unclear else ()
        return Found(count, tuple(examples), size_bytes, remarks, None if known else _NOTHING_KNOWN)

    def remove(self) -> Iterator[int]:
        latest = self._latest()
        for storage_id, page in self._pages():
            old = [each for each in page if each.modified < latest]
            for first in range(0, len(old), AT_ONCE):
                adopted = self._adopted(storage_id, old[first : first + AT_ONCE])
                yield from clean(self.cleanup, adopted)

    def _latest(self) -> datetime:
        return self.time.glimpsed() - self.min_age

    def _pages(self) -> Iterator[tuple[str, Sequence[StoredKey]]]:
        """All keys, with their backend."""
        for storage_id in self.storage_ids:
            for page in self.object_stores.keys(storage_id):
                yield storage_id, page

    def _adopted(self, storage_id: str, page: Sequence[StoredKey]) -> list[str]:
        """Records the Objects of unknown keys as doomed. Returns their ids."""
        now_us = to_us(self.time.glimpsed())

        def work(repositories: Repositories) -> list[str]:
            unknown = _unknown(repositories, page)
            ids = [each.object_id for each in unknown if each.object_id is not None]
            repositories.guards.hold(ids)  # nobody can create them in the meantime
            repositories.objects.add(
                [
                    StoredObject(
                        id=object_id,
                        state=ObjectState.DOOMED,
                        flow_id="",
                        instances=(Instance(storage_id=storage_id),),
                        created_us=now_us,
                        flow_created_us=FLOW_GONE_US,
                        doomed_us=now_us,
                    )
                    for object_id in ids
                ]
            )
            return ids

        return self.store.write(work)


def _unknown(repositories: Repositories, page: Sequence[StoredKey]) -> list[StoredKey]:
    """The keys whose Objects have no row and are named by no Segment."""
    ids = {each.object_id for each in page if each.object_id is not None}
    known = repositories.objects.existing(ids)
    known |= repositories.segments.objects_named(ids - known)
    return [each for each in page if each.object_id in ids - known]
