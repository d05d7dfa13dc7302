"""Deleting Segments in bounded steps, and what becomes of the Objects they used."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from tams.models.stored import (
    ObjectState,
    StoredEvent,
    StoredFlow,
    StoredObject,
    StoredSegment,
    Timeline,
    finite,
    from_us,
    to_us,
)
from tams.ports import Clock, Queue, Repositories, Store
from tams.services.flow_segments import TimelineHints, writable
from tams.services.segment_window import PageRequest, WindowReader, reader_of
from tams.timing import TimeRange
from tams.timing.coverage import contiguous_runs

STEP_SEGMENTS = 2_000
"""Segments one transaction deletes: bounds its memory, its time and what a conflict costs."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction did."""

    doomed: list[str]
    done: bool


@dataclass(frozen=True, slots=True)
class DeletionService:
    store: Store
    clock: Clock
    cleanup: Queue
    hints: TimelineHints

    def delete_segments(
        self, flow_id: str, timerange: TimeRange, object_id: str | None = None
    ) -> None:
        """Delete the Segments that `timerange` covers completely (SEG-48…55).

        In steps of STEP_SEGMENTS, each durable; asked again after a failure it goes on where it was.
        Raises NotFoundError, ForbiddenError (read-only).
        """
        done = False
        while not done:
            step = self.store.write(
                lambda repositories: self.step(repositories, flow_id, timerange, object_id)
            )
            self.hints.known.pop(flow_id, None)
            self.cleanup.send(step.doomed)
            done = step.done

    def step(
        self,
        repositories: Repositories,
        flow_id: str,
        timerange: TimeRange,
        object_id: str | None = None,
    ) -> Step:
        """Delete up to STEP_SEGMENTS from the start of `timerange` on."""
        stored = writable(repositories.flows.get(flow_id))
        reader = _reader(repositories, stored, object_id)
        found, more = reader.page(PageRequest(timerange, STEP_SEGMENTS))
        covered = [segment for segment in found if timerange.contains(segment.timerange)]
        if not covered:
            return Step([], done=not more)
        now_us = to_us(self.clock())
        repositories.segments.remove(covered)
        timeline = _shortened(repositories, stored, covered)
        flow = stored.flow.model_copy(update={"segments_updated": from_us(now_us)})
        repositories.flows.save_timeline(replace(stored, flow=flow, timeline=timeline))
        doomed = release(repositories, covered, now_us)
        repositories.events.add(
            [
                StoredEvent(
                    id=str(uuid4()),
                    event_type="flows/segments_deleted",
                    created_us=now_us,
                    flow_id=flow_id,
                    source_id=flow.source_id,
                    timerange=run,
                )
                for run in contiguous_runs(segment.timerange for segment in covered)
            ]
        )
        return Step(doomed, done=not more)


def _reader(
    repositories: Repositories, stored: StoredFlow, object_id: str | None = None
) -> WindowReader:
    """Reads for change; the summary is this transaction's own, so there is nothing to refresh."""
    timeline = stored.timeline
    return reader_of(
        repositories,
        stored.flow.id,
        timeline,
        lambda: timeline,
        object_id=object_id,
        for_change=True,
    )


def _shortened(
    repositories: Repositories, stored: StoredFlow, deleted: Sequence[StoredSegment]
) -> Timeline:
    """The summary without the deleted Segments; the ends are looked up again where one was an end."""
    timeline = stored.timeline
    count = timeline.segment_count - len(deleted)
    if count <= 0:
        return Timeline()
    bounds = [finite(segment.timerange) for segment in deleted]
    first_ns, last_ns, inclusive = timeline.first_ns, timeline.last_ns, timeline.last_inclusive
    reader = _reader(repositories, stored)
    if any(start_ns == first_ns for start_ns, _ in bounds):
        (first,), _ = reader.page(PageRequest(TimeRange.eternity(), 1))
        first_ns, _ = finite(first.timerange)
    if any(end_ns == last_ns for _, end_ns in bounds):
        (last,), _ = reader.page(PageRequest(TimeRange.eternity(), 1, reverse=True))
        _, last_ns = finite(last.timerange)
        inclusive = last.timerange.includes_end
    return replace(
        timeline,
        segment_count=count,
        first_ns=first_ns,
        last_ns=last_ns,
        last_inclusive=inclusive,
    )


def release(repositories: Repositories, deleted: Sequence[StoredSegment], now_us: int) -> list[str]:
    """Take the deleted Segments' references from their Objects; ids of those nobody needs any more.

    A media Object that goes lets go of its init Object too (OBJ-29…32).
    """
    uses = Counter(segment.object_id for segment in deleted)
    objects = repositories.objects.find_many(uses.keys())
    changed = {
        object_id: _released(stored, uses[object_id], now_us)
        for object_id, stored in objects.items()
    }
    init_uses = Counter(
        stored.init_object_id
        for stored in changed.values()
        if stored.state is ObjectState.DOOMED and stored.init_object_id
    )
    if init_uses:
        for object_id, stored in repositories.objects.find_many(init_uses.keys()).items():
            changed[object_id] = _released(stored, init_uses[object_id], now_us)
    repositories.objects.save(list(changed.values()))
    return [each.id for each in changed.values() if each.state is ObjectState.DOOMED]


def _released(stored: StoredObject, uses: int, now_us: int) -> StoredObject:
    left = stored.reference_count - uses
    if left > 0:
        return replace(stored, reference_count=left)
    return replace(stored, reference_count=0, state=ObjectState.DOOMED, doomed_us=now_us)
