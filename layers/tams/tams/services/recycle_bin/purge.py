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
from tams.services.deletion.steps import release_uses
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
        some = as_many_as(due[:ENTRIES_MAX], self.step_segments)
        return len(some), destroy(repositories, some, now, self.step_segments)


def destroy(
    repositories: Repositories, entries: Sequence[BinEntry], now: datetime, at_once: int
) -> Ended:
    """End these entries. Those of more than `at_once` Segments are left to deletion requests.

    However many entries there are, it takes as many round trips as for one.
    """
    if not entries:
        return [], []
    repositories.guards.hold({entry.resource_id for entry in entries})  # against a restore
    filled = [each for each in entries if each.flow and each.flow.timeline.segment_count]
    small = [each for each in filled if each.of.timeline.segment_count <= at_once]
    doomed = list[str]()
    if small:
        timeline_ids = {each.outline.timeline_id for each in small}
        repositories.coverage.remove_all(timeline_ids)
        uses = repositories.timelines.remove(timeline_ids)
        doomed = release_uses(repositories, uses, to_us(now))
    large = [each for each in filled if each.of.timeline.segment_count > at_once]
    requests = [_request(entry, now) for entry in large]
    repositories.deletion_requests.add(*requests)
    repositories.recycle_bin.remove(entries)
    return doomed, [each.request.id for each in requests]


def _request(entry: BinEntry, now: datetime) -> StoredDeletion:
    """Hands a large entry over to the worker of deletions."""
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
    return StoredDeletion(request, timeline, classes_of(flow.tags))


def as_many_as(entries: Sequence[BinEntry], segments_max: int) -> list[BinEntry]:
    """The first entries, without more Segments to read than that."""
    some, count = list[BinEntry](), 0
    for entry in entries:
        own = entry.flow.timeline.segment_count if entry.flow else 0
        count += own if own <= segments_max else 0
        if some and count > segments_max:
            break
        some.append(entry)
    return some
