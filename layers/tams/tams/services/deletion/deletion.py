"""Deletes what clients ask for: small amounts at once, larger ones through a deletion request.

Either way, no reader sees it any more once the response is sent (SEG-48…56, FLW-51…57). What the recycle bin
keeps is moved there. A Flow's own Segments stay where they are, whatever their number: without the Flow,
nothing leads to them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import uuid4

from tams.models.caller import Caller, Permission, classes_of
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.recycle_bin import Deletion
from tams.models.stored import StoredDeletion, StoredFlow, StoredSegment
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.permissions import flow_to, redacted_request
from tams.services.access.writable import writable
from tams.services.clock.record_times import moment_of_change
from tams.services.deletion.dependants import check_flow_unneeded
from tams.services.deletion.disposal import AS_SET, DeletionOptions, Disposal
from tams.services.deletion.kept_segments import move_or_release, segments_entry
from tams.services.deletion.removal import remove_flow
from tams.services.deletion.steps import release
from tams.services.segments.window import PageRequest, reader_of
from tams.settings import Settings
from tams.timing import TimeRange
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class Outcome:
    """Objects to clean up, or the request that will find them."""

    doomed: Sequence[str] = ()
    request: DeletionRequest | None = None


@dataclass(frozen=True, slots=True)
class DeletionService:
    """Up to `at_once` Segments are deleted within the request, in one transaction."""

    store: Store
    clock: Clock
    cleanup: Queue
    deletions: Queue
    at_once: int
    settings: Settings

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        queues = platform.queues
        return cls(
            platform.store(caller),
            platform.clock,
            queues.object_cleanup,
            queues.deletions,
            platform.settings.deletion.at_once_segments,
            platform.settings,
        )

    def delete_segments(
        self,
        flow_id: str,
        timerange: TimeRange,
        object_id: str | None = None,
        asked: DeletionOptions = AS_SET,
    ) -> DeletionRequest | None:
        """Delete the Segments that `timerange` covers completely. Returns None when all are deleted.

        Segments of one Object are always deleted at once: a deletion request cannot describe them (DEL-14).
        Raises NotFoundError, ForbiddenError (read-only), InvalidRequestError (`asked`).
        """

        def work(repositories: Repositories) -> Outcome:
            disposal = Disposal.of(self.settings, repositories.caller, asked)
            stored = writable(flow_to(Permission.DELETE, repositories, flow_id))
            now = moment_of_change(self.clock(), stored)
            deletion = disposal.deletion(self.clock())
            reader = reader_of(repositories, stored.outline, object_id=object_id, for_change=True)
            limit = self.at_once if object_id is None else max(1, stored.timeline.segment_count)
            found, more = reader.page(PageRequest(timerange, limit))
            if more:
                return self._accept_segments(repositories, stored, timerange, now, deletion)
            covered = [each for each in found if timerange.contains(each.timerange)]
            if not covered:
                return Outcome()
            return Outcome(move_or_release(repositories, stored, covered, to_us(now), deletion))

        return self._perform(work, flow_id)

    def delete_flow(self, flow_id: str, asked: DeletionOptions = AS_SET) -> DeletionRequest | None:
        """Delete a Flow with its Segments, and its Source with the last Flow. Returns None when all done.

        Raises NotFoundError, ForbiddenError (read-only), InvalidRequestError (`asked`). Without cascade, also
        ConflictError if it has Segments or others collect it.
        """

        def work(repositories: Repositories) -> Outcome:
            disposal = Disposal.of(self.settings, repositories.caller, asked)
            stored = writable(flow_to(Permission.DELETE, repositories, flow_id))
            if not disposal.cascade:
                check_flow_unneeded(repositories, stored)
            return self.remove(repositories, stored, disposal)

        return self._perform(work, flow_id)

    def remove(self, repositories: Repositories, stored: StoredFlow, disposal: Disposal) -> Outcome:
        """Delete a Flow that may be deleted, in this transaction. The outcome is to be settled afterwards."""
        now = moment_of_change(self.clock(), stored)
        if (deletion := disposal.deletion(self.clock())) is not None:
            remove_flow(repositories, stored, now, deletion)
            return Outcome()
        if stored.timeline.segment_count > self.at_once:
            request = self._request(stored, TimeRange.eternity(), now, repositories, of_flow=True)
            repositories.deletion_requests.add(
                StoredDeletion(request, stored.timeline, classes_of(stored.flow.tags))
            )
            remove_flow(repositories, stored, now, None)
            return _accepted(repositories, stored, request)
        segments = _all_of(repositories, stored)
        repositories.segments.remove(stored.outline, segments)
        doomed = release(repositories, segments, to_us(now))
        remove_flow(repositories, stored, now, None)
        return Outcome(doomed)

    def settle(self, outcome: Outcome) -> None:
        """Leave the rest to the background."""
        self.cleanup.send(outcome.doomed)
        if outcome.request is not None:
            self.deletions.send([outcome.request.id])

    def _perform(
        self, work: Callable[[Repositories], Outcome], flow_id: str
    ) -> DeletionRequest | None:
        outcome = self.store.write(work, flow_id)
        self.settle(outcome)
        return outcome.request

    def _accept_segments(
        self,
        repositories: Repositories,
        stored: StoredFlow,
        timerange: TimeRange,
        now: datetime,
        deletion: Deletion | None,
    ) -> Outcome:
        request = self._request(stored, timerange, now, repositories, of_flow=False)
        assert request.timerange_remaining is not None
        classes = classes_of(stored.flow.tags)
        repositories.deletion_requests.add(StoredDeletion(request, auth_classes=classes))
        if deletion is not None:  # the worker moves them there
            repositories.recycle_bin.add([segments_entry(request.id, stored, deletion)])
        hidden = {**stored.deleting, request.id: request.timerange_remaining}
        repositories.flows.save_timeline(replace(stored, deleting=hidden, told_us=to_us(now)))
        return _accepted(repositories, stored, request)

    def _request(
        self,
        stored: StoredFlow,
        timerange: TimeRange,
        now: datetime,
        repositories: Repositories,
        *,
        of_flow: bool,
    ) -> DeletionRequest:
        """The request ends where the Flow ends now, so that the Flow can keep growing (SEG-56)."""
        return DeletionRequest(
            id=str(uuid4()),
            flow_id=stored.flow.id,
            timerange_to_delete=timerange,
            timerange_remaining=timerange.intersection(stored.timeline.timerange),
            delete_flow=of_flow,
            status=DeletionStatus.CREATED,
            created=now,
            updated=self.clock(),  # the sweeper uses this to judge whether the request has a worker
            created_by=repositories.caller.name,
        )


def _accepted(repositories: Repositories, stored: StoredFlow, request: DeletionRequest) -> Outcome:
    classes = classes_of(stored.flow.tags)
    return Outcome(request=redacted_request(repositories.caller, request, classes))


def _all_of(repositories: Repositories, stored: StoredFlow) -> list[StoredSegment]:
    """Every Segment, including those that another request is still deleting."""
    if not stored.timeline.segment_count:
        return []
    reader = reader_of(repositories, stored.outline.whole, for_change=True)
    found, _ = reader.page(PageRequest(TimeRange.eternity(), stored.timeline.segment_count))
    return found
