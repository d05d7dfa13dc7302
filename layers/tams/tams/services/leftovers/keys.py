"""Bytes in our buckets that no Object knows: what a crash, a restored index or another program left there.

They are removed by the way that all bytes go. A key's Object is first recorded as doomed, in a transaction in
which nothing has its id and nobody can take it. Whatever happens then, the sweeper finishes it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Self

from tams.models.caller import Caller
from tams.models.stored import Instance, ObjectState, StoredObject
from tams.models.stored_key import StoredKey
from tams.ports import ObjectStores, Platform, Progress, Repositories, Store
from tams.services.clock.believed_time import BelievedTime
from tams.services.leftovers.found import EXAMPLES_MAX, Found
from tams.services.leftovers.objects import clean
from tams.services.objects.cleanup import ObjectCleanupService
from tams.timing.microseconds import to_us


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
        count = size_bytes = unclear = 0
        examples: list[str] = []
        for _, page in self._pages(progress):
            unclear += sum(each.object_id is None for each in page)
            unknown = self.store.read(partial(_unknown, page=page))
            count += len(unknown)
            size_bytes += sum(each.size_bytes for each in unknown)
            examples += [each.key for each in unknown[: EXAMPLES_MAX - len(examples)]]
        remark = (
            f"{unclear} keys do not say which Object they belong to: those of long ids, and other programs' "
            "files. They are left alone."
        )
        return Found(count, tuple(examples), size_bytes, (remark,) if unclear else ())

    def remove(self, progress: Progress) -> int:
        count = 0
        for storage_id, page in self._pages(progress):
            adopted = self._adopted(storage_id, page)
            clean(self.cleanup, adopted, progress)
            count += len(adopted)
        return count

    def _pages(self, progress: Progress) -> Iterator[tuple[str, Sequence[StoredKey]]]:
        """The keys that are old enough, with their backend."""
        latest = self.time.glimpsed() - self.min_age
        for storage_id in self.storage_ids:
            for page in self.object_stores.keys(storage_id):
                progress.advance(len(page))
                if old := [each for each in page if each.modified < latest]:
                    yield storage_id, old

    def _adopted(self, storage_id: str, page: Sequence[StoredKey]) -> list[str]:
        """Records the Objects of unknown keys as doomed. Returns their ids."""
        now_us = to_us(self.time())

        def work(repositories: Repositories) -> list[str]:
            unknown = _unknown(repositories, page)
            ids = [each.object_id for each in unknown if each.object_id is not None]
            repositories.guards.hold(ids)
            repositories.objects.add(
                [
                    StoredObject(
                        id=object_id,
                        state=ObjectState.DOOMED,
                        flow_id="",
                        instances=(Instance(storage_id=storage_id),),
                        created_us=now_us,
                        doomed_us=now_us,
                    )
                    for object_id in ids
                ]
            )
            return ids

        return self.store.write(work)


def _unknown(repositories: Repositories, page: Sequence[StoredKey]) -> list[StoredKey]:
    """The keys of Objects that neither a row of Objects nor a Segment names."""
    ids = {each.object_id for each in page if each.object_id is not None}
    known = repositories.objects.existing(ids)
    known |= repositories.segments.objects_named(ids - known)
    return [each for each in page if each.object_id in ids - known]
