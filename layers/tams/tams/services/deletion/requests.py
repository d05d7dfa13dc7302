"""Deletion requests: shown to clients, worked off in bounded steps, resumed after a crash (DEL)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from tams.deadline import may_go_on
from tams.errors import NotFoundError
from tams.metrics import DELETION_REQUESTS_IDLE, SEGMENTS_DELETED, measure
from tams.models.caller import Caller, Permission, classes_of
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.error import Error
from tams.models.paging import Page
from tams.models.queries import DeletionQuery
from tams.models.stored import FlowOutline, StoredDeletion
from tams.models.timelines import Timeline
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.permissions import check, redacted_request
from tams.services.clock.record_times import moment_of_change
from tams.services.deletion.cascades import step_of_cascade
from tams.services.deletion.kept_segments import with_segments
from tams.services.deletion.steps import release, remove_from_flow, rest_after
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.microseconds import to_us

SWEEP_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction did."""

    doomed: list[str]
    done: bool
    removed: int = 0
    """Segments."""


@dataclass(frozen=True, slots=True)
class DeletionRequestService:
    """`step_segments` bounds one transaction: its memory, its time, and the cost of a conflict.

    A request that nobody has touched for `idle` has lost its worker.
    """

    store: Store
    clock: Clock
    cleanup: Queue
    deletions: Queue
    step_segments: int
    kept_for: timedelta
    idle: timedelta

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        queues, settings = platform.queues, platform.settings.deletion
        return cls(
            platform.store(caller),
            platform.clock,
            queues.object_cleanup,
            queues.deletions,
            settings.step_segments,
            timedelta(seconds=settings.kept_seconds),
            timedelta(seconds=settings.idle_seconds),
        )

    def get(self, request_id: str) -> DeletionRequest:
        """Raises NotFoundError, also once it has expired (DEL-10).

        Source: GET /flow-delete-requests/{request-id}.
        """

        def work(repositories: Repositories) -> DeletionRequest:
            found = repositories.deletion_requests.get(request_id)
            caller = repositories.caller
            classes: Collection[str] = found.auth_classes
            if caller.classes is not None:
                classes = _classes_now(repositories, found)
            check(caller, Permission.DELETE, "Deletion request", request_id, classes)
            return redacted_request(caller, found.request, classes)

        request = self.store.read(work)
        if request.expiry is not None and request.expiry <= self.clock():
            raise NotFoundError("Deletion request", request_id)
        return request

    def list_(self, query: DeletionQuery) -> Page[DeletionRequest]:
        """Source: GET /flow-delete-requests."""

        def work(repositories: Repositories) -> Page[DeletionRequest]:
            page = repositories.deletion_requests.list_(query)
            return Page(tuple(each.request for each in page.items), page.next_key)

        return self.store.read(work)

    def work_off(self, request_id: str) -> None:
        """Work step by step until the request is done, or time is nearly up and another invocation continues.

        Raises NotFoundError, BackendUnavailableError; every step completed before that is durable.
        """
        while True:
            step = self.store.write(lambda repositories: self._step(repositories, request_id))
            self.cleanup.send(step.doomed)
            measure(SEGMENTS_DELETED, step.removed)
            if step.done:
                return
            if not may_go_on():
                self.deletions.send([request_id])
                return

    def fail(self, request_id: str, reason: str) -> None:
        """Note why the request stopped. Working it off again restarts it."""

        def work(repositories: Repositories) -> None:
            stored = repositories.deletion_requests.get(request_id)
            now = self.clock()
            error = Error(type="DeletionFailed", summary=reason, time=now)
            changed = {"status": DeletionStatus.ERROR, "error": error, "updated": now}
            repositories.deletion_requests.save(_with(stored, changed))

        self.store.write(work)

    def sweep(self) -> int:
        """Requeue requests that lost their worker, and forget expired ones, as many as there is time for.

        Returns how many were requeued, up to about SWEEP_LIMIT. Each that is taken up makes room for another
        at the next sweep.
        """
        now_us, idle_us = to_us(now := self.clock()), to_us(now - self.idle)
        idle = self.store.read(
            lambda it: it.deletion_requests.idle_since(idle_us, now_us, SWEEP_LIMIT)
        )
        measure(DELETION_REQUESTS_IDLE, len(idle))
        self.deletions.send(idle)

        def forget(repositories: Repositories) -> int:
            expired = repositories.deletion_requests.expired(now_us, SWEEP_LIMIT)
            repositories.deletion_requests.remove(expired)
            return len(expired)

        while self.store.write(forget) >= SWEEP_LIMIT and may_go_on():
            pass
        return len(idle)

    def _step(self, repositories: Repositories, request_id: str) -> Step:
        stored = repositories.deletion_requests.get(request_id)
        if stored.request.status is DeletionStatus.DONE:
            return Step([], done=True)
        if stored.cascade is not None:
            return self._step_of_cascade(repositories, stored)
        if stored.request.delete_flow or stored.timeline.id:
            return self._step_of_flow(repositories, stored)
        return self._step_of_range(repositories, stored)

    def _step_of_cascade(self, repositories: Repositories, stored: StoredDeletion) -> Step:
        stored, more, doomed = step_of_cascade(
            repositories, stored, self.clock(), self.step_segments
        )
        self._save(repositories, stored, None, more=more)
        return Step(doomed, done=not more)

    def _step_of_flow(self, repositories: Repositories, stored: StoredDeletion) -> Step:
        """The Flow is gone, or the Segments are on a timeline of the recycle bin. They are destroyed."""
        remaining = stored.request.timerange_remaining or TimeRange.never()
        timeline = stored.timeline
        outline = FlowOutline(stored.request.flow_id, timeline)
        reader = reader_of(repositories, outline, for_change=True)
        found, more = reader.page(PageRequest(remaining, self.step_segments))
        doomed: list[str] = []
        if found:
            remaining = rest_after(remaining, found)
            left = timeline.segment_count - len(found)
            timeline = replace(timeline, segment_count=left, first_ns=remaining.start_ns)
            repositories.segments.remove(outline, found)
            doomed = release(repositories, found, to_us(self.clock()))
        more = repositories.coverage.remove([outline.timeline_id]) or more
        self._save(repositories, replace(stored, timeline=timeline), remaining, more=more)
        return Step(doomed, done=not more, removed=len(found))

    def _step_of_range(self, repositories: Repositories, stored: StoredDeletion) -> Step:
        request = stored.request
        remaining = request.timerange_remaining or TimeRange.never()
        flow = repositories.flows.find(request.flow_id)
        if flow is None or request.id not in flow.deleting:  # the Flow was deleted since
            self._save(repositories, stored, remaining, more=False)
            return Step([], done=True)
        reader = reader_of(repositories, flow.outline.whole, for_change=True)
        found, more = reader.page(PageRequest(remaining, self.step_segments))
        covered = [each for each in found if remaining.contains(each.timerange)]
        if found:
            remaining = rest_after(remaining, found)
        hidden = {**flow.deleting, request.id: remaining}
        if not more:
            del hidden[request.id]
        flow = replace(flow, deleting=hidden)
        now_us = to_us(moment_of_change(self.clock(), flow))
        kept = repositories.recycle_bin.find(request.id, request.flow_id)
        if kept is not None and covered:
            kept = with_segments(kept, covered)
            repositories.recycle_bin.save_timeline(kept)
        doomed = remove_from_flow(repositories, flow, covered, now_us, kept)
        self._save(repositories, stored, remaining, more=more)
        return Step(doomed, done=not more, removed=len(covered))

    def _save(
        self,
        repositories: Repositories,
        stored: StoredDeletion,
        remaining: TimeRange | None,
        *,
        more: bool,
    ) -> None:
        now = self.clock()
        changed = {
            "status": DeletionStatus.STARTED if more else DeletionStatus.DONE,
            "timerange_remaining": remaining if more else TimeRange.never(),
            "updated": now,
            "expiry": None if more else now + self.kept_for,
            "error": None,
        }
        if not more:
            stored = replace(stored, timeline=Timeline())
        repositories.deletion_requests.save(_with(stored, changed))


def _classes_now(repositories: Repositories, stored: StoredDeletion) -> Collection[str]:
    """The classes of its Flow, if that still exists and its id has not been reused."""
    if stored.cascade is not None:
        return stored.auth_classes
    flow, made = repositories.flows.find(stored.request.flow_id), stored.request.created
    if flow is None or not made or not flow.flow.created or flow.flow.created > made:
        return stored.auth_classes
    return classes_of(flow.flow.tags)


def _with(stored: StoredDeletion, changed: Mapping[str, object]) -> StoredDeletion:
    return replace(stored, request=stored.request.model_copy(update=changed))
