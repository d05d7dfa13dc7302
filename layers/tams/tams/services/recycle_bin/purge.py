"""Destroys what the recycle bin need not keep any longer, in bounded steps.

The sweeper destroys small entries itself, many in one transaction. A large one becomes a deletion request,
which the worker of deletions works off as any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import uuid4

from tams.deadline import may_go_on
from tams.models.caller import Caller, classes_of
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.recycle_bin import BinEntry, BinKind
from tams.models.stored import StoredDeletion
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.clock.believed_time import BelievedTime
from tams.services.deletion.steps import release
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.microseconds import from_us, to_us

ENTRIES_MAX = 200
"""The most entries in one transaction."""

Ended = tuple[list[str], list[str]]
"""The Objects that nobody needs now, and the deletion requests that destroy the rest."""


@dataclass(frozen=True, slots=True)
class PurgeService:
    store: Store
    clock: Clock
    """`clock` decides what has been kept long enough."""
    cleanup: Queue
    deletions: Queue
    step_segments: int

    @classmethod
    def of(cls, platform: Platform) -> Self:
        queues = platform.queues
        return cls(
            platform.store(Caller.background("recycle bin")),
            BelievedTime.of(platform),
            queues.object_cleanup,
            queues.deletions,
            platform.settings.deletion.step_segments,
        )

    def sweep(self) -> int:
        """Purge entries whose time is over, as many as there is time for. Returns how many."""
        purged, now = 0, self.clock()
        while True:
            count, (doomed, requests) = self.store.write(lambda it: self._purge(it, now))
            self.cleanup.send(doomed)
            self.deletions.send(requests)
            purged += count
            if not count or not may_go_on():
                return purged

    def _purge(self, repositories: Repositories, now: datetime) -> tuple[int, Ended]:
        due = repositories.recycle_bin.due(to_us(now), ENTRIES_MAX)
        some = _as_many_as(due[:ENTRIES_MAX], self.step_segments)
        return len(some), destroy(repositories, some, now, self.step_segments)


def destroy(
    repositories: Repositories, entries: Sequence[BinEntry], now: datetime, at_once: int
) -> Ended:
    """End these entries. Those of more than `at_once` Segments are left to deletion requests."""
    if not entries:
        return [], []
    repositories.guards.hold({entry.resource_id for entry in entries})  # against a restore
    doomed, requests = list[str](), list[str]()
    for entry in entries:
        if entry.kind is BinKind.SOURCE or not (count := entry.of.timeline.segment_count):
            continue
        if count > at_once:
            requests.append(_hand_over(repositories, entry, now))
            continue
        reader = reader_of(repositories, entry.outline, for_change=True)
        segments, _ = reader.page(PageRequest(TimeRange.eternity(), count))
        repositories.segments.remove(entry.outline, segments)
        doomed += release(repositories, segments, to_us(now))
    repositories.recycle_bin.remove(entries)
    return doomed, requests


def _hand_over(repositories: Repositories, entry: BinEntry, now: datetime) -> str:
    timeline, flow = entry.of.timeline, entry.of.flow
    request = DeletionRequest(
        id=str(uuid4()),
        flow_id=flow.id,
        timerange_to_delete=timeline.timerange,
        timerange_remaining=timeline.timerange,
        delete_flow=entry.kind is BinKind.FLOW,
        status=DeletionStatus.CREATED,
        created=from_us(entry.deletion.deleted_us),
        updated=now,
        created_by=entry.deletion.deleted_by,
    )
    repositories.deletion_requests.add(StoredDeletion(request, timeline, classes_of(flow.tags)))
    return request.id


def _as_many_as(entries: Sequence[BinEntry], segments_max: int) -> list[BinEntry]:
    """The first entries, without more Segments to read than that."""
    some, count = list[BinEntry](), 0
    for entry in entries:
        own = entry.flow.timeline.segment_count if entry.flow else 0
        count += own if own <= segments_max else 0
        if some and count > segments_max:
            break
        some.append(entry)
    return some
