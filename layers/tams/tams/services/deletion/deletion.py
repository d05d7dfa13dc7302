"""Deletes what clients ask for: small amounts at once, larger ones through a deletion request.

Either way, no reader sees it any more once the response is sent (SEG-48…56, FLW-51…57).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import uuid4

from tams.models.caller import Caller, Permission, classes_of
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.stored import StoredDeletion, StoredEvent, StoredFlow, StoredSegment
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.permissions import flow_to, redacted_request
from tams.services.access.writable import writable
from tams.services.clock.record_times import moment_of_change
from tams.services.deletion.steps import release, remove_from_flow
from tams.services.flows.leaving import leave_collections
from tams.services.flows.membership import leave_source, moment_of_leaving
from tams.services.segments.window import PageRequest, reader_of
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

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        queues, settings = platform.queues, platform.settings.deletion
        return cls(
            platform.store(caller),
            platform.clock,
            queues.object_cleanup,
            queues.deletions,
            settings.at_once_segments,
        )

    def delete_segments(
        self,
        flow_id: str,
        timerange: TimeRange,
        object_id: str | None = None,
    ) -> DeletionRequest | None:
        """Delete the Segments that `timerange` covers completely. Returns None when all are deleted.

        Segments of one Object are always deleted at once: a deletion request cannot describe them (DEL-14).
        Raises NotFoundError, ForbiddenError (read-only).
        """

        def work(repositories: Repositories) -> Outcome:
            stored = writable(flow_to(Permission.DELETE, repositories, flow_id))
            reader = reader_of(repositories, stored.outline, object_id=object_id, for_change=True)
            limit = self.at_once if object_id is None else max(1, stored.timeline.segment_count)
            found, more = reader.page(PageRequest(timerange, limit))
            if more:
                return self._accept_segments(repositories, stored, timerange)
            covered = [each for each in found if timerange.contains(each.timerange)]
            if not covered:
                return Outcome()
            now_us = to_us(moment_of_change(self.clock(), stored))
            return Outcome(remove_from_flow(repositories, stored, covered, now_us))

        return self._perform(work, flow_id)

    def delete_flow(self, flow_id: str) -> DeletionRequest | None:
        """Delete a Flow with its Segments, and its Source with the last Flow. Returns None when all done.

        Raises NotFoundError, ForbiddenError (read-only).
        """

        def work(repositories: Repositories) -> Outcome:
            stored = writable(flow_to(Permission.DELETE, repositories, flow_id))
            now = moment_of_change(self.clock(), stored)
            if stored.timeline.segment_count > self.at_once:
                request = self._request(
                    stored, TimeRange.eternity(), now, repositories, of_flow=True
                )
                repositories.deletion_requests.add(
                    StoredDeletion(request, stored.timeline, classes_of(stored.flow.tags))
                )
                _remove(repositories, stored, now)
                return _accepted(repositories, stored, request)
            segments = _all_of(repositories, stored)
            repositories.segments.remove(segments)
            doomed = release(repositories, segments, to_us(now))
            _remove(repositories, stored, now)
            return Outcome(doomed)

        return self._perform(work, flow_id)

    def _perform(
        self, work: Callable[[Repositories], Outcome], flow_id: str
    ) -> DeletionRequest | None:
        outcome = self.store.write(work, flow_id)
        self.cleanup.send(outcome.doomed)
        if outcome.request is not None:
            self.deletions.send([outcome.request.id])
        return outcome.request

    def _accept_segments(
        self,
        repositories: Repositories,
        stored: StoredFlow,
        timerange: TimeRange,
    ) -> Outcome:
        now = moment_of_change(self.clock(), stored)
        request = self._request(stored, timerange, now, repositories, of_flow=False)
        assert request.timerange_remaining is not None
        classes = classes_of(stored.flow.tags)
        repositories.deletion_requests.add(StoredDeletion(request, auth_classes=classes))
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


def _remove(repositories: Repositories, stored: StoredFlow, now: datetime) -> None:
    """Removes the Flow, its place in collections, and its Source if this was the last Flow."""
    flow, source = stored.flow, repositories.sources.get(stored.flow.source_id)
    left_at = moment_of_leaving(source, now)
    guarded = [flow.id, flow.source_id] if source.goes_with_next_flow else [flow.id]
    repositories.guards.hold(guarded, to_us(left_at))  # nobody can collect it in the meantime
    repositories.flows.remove(flow.id)
    members = repositories.collections.members([flow.id]).get(flow.id, [])
    collectors = repositories.collections.collectors([flow.id]).get(flow.id, [])
    deleted = StoredEvent(
        id=str(uuid4()),
        event_type="flows/deleted",
        created_us=to_us(now),
        flow_id=flow.id,
        source_id=flow.source_id,
        collected_by=tuple(collectors),
        auth_classes=classes_of(flow.tags),
    )
    events = [deleted, *leave_source(repositories, source, now)]
    events += leave_collections(repositories, flow.id, members, collectors, now)
    repositories.events.add(events)
