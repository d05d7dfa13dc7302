"""A world with a recycle bin, and what its tests do in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from tams import deadline
from tams.models.deletion_request import DeletionRequest
from tams.models.recycle_bin import RecycleBinEntry, RecycleBinQuery, Restored
from tams.ports import Repositories, Store
from tams.services.deletion.deletion import DeletionService
from tams.services.deletion.disposal import DeletionOptions
from tams.services.deletion.objects import ObjectDeletionService
from tams.services.deletion.requests import DeletionRequestService
from tams.services.deletion.sources import SourceDeletionService
from tams.services.events.log import EventLog, EventQuery
from tams.services.objects.cleanup import ObjectCleanupService
from tams.services.recycle_bin.measure import MeasureService
from tams.services.recycle_bin.purge import PurgeService
from tams.services.recycle_bin.recycle_bin import RecycleBinService
from tams.services.recycle_bin.restore import RestoreService
from tams.services.recycle_bin.restored_deletions import DeletionRestoreService
from tams.services.webhooks.relay import EventRelay
from tams.settings.behaviour import RecycleBinSettings
from tams.timing import TimeRange
from tams.timing.microseconds import to_us
from tests.unit.services.world import World

T = TypeVar("T")
DAY = 86_400
AS_SET = DeletionOptions()
HARD = DeletionOptions(soft_delete=False)


@dataclass
class BinWorld(World):
    """Deletes at once what has up to `at_once` Segments, and moves the rest in steps of as many."""

    at_once: int = 100

    def keep_for(self, seconds: int) -> None:
        settings = self.platform.settings
        kept = RecycleBinSettings(kept_seconds=seconds, hard_delete="delete")
        deletion = settings.deletion.model_copy(
            update={"at_once_segments": self.at_once, "step_segments": self.at_once}
        )
        self.platform.settings = settings.model_copy(
            update={"recycle_bin": kept, "deletion": deletion}
        )

    def delete_flow(self, flow_id: str, options: DeletionOptions = AS_SET) -> None:
        DeletionService.of(self.platform, self.caller).delete_flow(flow_id, options)

    def delete_segments(
        self, flow_id: str, timerange: str, options: DeletionOptions = AS_SET
    ) -> str | None:
        """The id of the deletion request, if it has become one."""
        service = DeletionService.of(self.platform, self.caller)
        request = service.delete_segments(flow_id, TimeRange.parse(timerange), None, options)
        return request.id if request else None

    def delete_source(
        self, source_id: str, options: DeletionOptions = AS_SET
    ) -> DeletionRequest | None:
        return SourceDeletionService.of(self.platform, self.caller).delete(source_id, options)

    def delete_object(
        self, object_id: str, options: DeletionOptions = AS_SET
    ) -> DeletionRequest | None:
        return ObjectDeletionService.of(self.platform, self.caller).delete(object_id, options)

    def restore_deletion(self, deletion_id: str) -> Restored:
        return DeletionRestoreService.of(self.platform, self.caller).restore(deletion_id)

    def work_off(self, request_id: str | None) -> None:
        assert request_id is not None
        DeletionRequestService.of(self.platform, self.caller).work_off(request_id)

    def one_step_of(self, request_id: str) -> RecycleBinEntry:
        """A worker whose time is up after one step. Returns the entry of the bin that it fills."""
        with deadline.invocation(lambda: 1.0):
            self.work_off(request_id)
        return RecycleBinService.of(self.platform, self.caller).get(request_id)

    def work_off_all(self) -> None:
        """What the queues of deletions and of clean-ups were sent so far."""
        noted = self.platform.noted
        for request_id in dict.fromkeys(noted.deletions.bodies):
            self.work_off(request_id)
        noted.deletions.sent.clear()
        ObjectCleanupService.of(self.platform).clean(noted.object_cleanup.bodies)
        noted.object_cleanup.sent.clear()

    def all_events(self, flow_ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        EventRelay.of(self.platform).relay()
        query = EventQuery(limit=1000, flow_ids=tuple(flow_ids))
        while True:
            page = EventLog.of(self.platform, self.caller).page(query)
            yield from (dict(document) for _, document in page.items)
            if len(page.items) < query.limit:
                return
            query = replace(query, after=page.next_key)

    def bin(self, **filters: object) -> list[RecycleBinEntry]:
        service = RecycleBinService.of(self.platform, self.caller)
        query = RecycleBinQuery(now_us=to_us(self.platform.clock()), limit=1000)
        return list(service.list_(replace(query, **filters)).items)  # type: ignore[arg-type]

    def bin_of(self, flow_id: str) -> list[RecycleBinEntry]:
        return self.bin(flow_id=flow_id)

    @property
    def restore(self) -> RestoreService:
        return RestoreService.of(self.platform, self.caller)

    def restore_segments(self, flow_id: str, timerange: str = "_", **how: bool) -> Restored:
        return self.restore.segments(flow_id, TimeRange.parse(timerange), **how)

    def purge_until_empty(self) -> None:
        """The time that all hosts believe moves in steps."""
        while self.read(lambda it: it.recycle_bin.due(to_us(self.platform.clock()), 1)):
            self.purge()

    def sized(self, sizes: Mapping[str, int]) -> None:
        """As S3 reports them."""

        def work(repositories: Repositories) -> None:
            found = repositories.objects.find_many(sizes)
            repositories.objects.save(
                [replace(it, size_bytes=sizes[each]) for each, it in found.items()]
            )

        self.write(work)

    def measure(self) -> int:
        return MeasureService.of(self.platform).sweep()

    def purge(self) -> None:
        """All that is due, with the bytes."""
        PurgeService.of(self.platform).sweep()
        self.work_off_all()


@dataclass
class Interrupted:
    """A store in which something else is committed after a write has begun, and so taken its snapshot."""

    store: Store
    between: Callable[[], object]
    done: bool = False

    def write(self, work: Callable[[Repositories], T], *contended: str) -> T:
        def interrupted(repositories: Repositories) -> T:
            if not self.done:
                self.done = True
                self.between()
            return work(repositories)

        return self.store.write(interrupted, *contended)
