"""Removes Segments inside one transaction, and releases the Objects they used.

What goes to the recycle bin keeps its Objects in use: they are released when it is purged.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from tams.models.caller import classes_of
from tams.models.recycle_bin import BinEntry
from tams.models.stored import FlowOutline, StoredEvent, StoredFlow, StoredSegment
from tams.models.stored_objects import ObjectState, StoredObject
from tams.models.timelines import Timeline, finite
from tams.ports import Repositories
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.coverage import contiguous_runs
from tams.timing.microseconds import from_us


def remove_from_flow(
    repositories: Repositories,
    stored: StoredFlow,
    segments: Sequence[StoredSegment],
    now_us: int,
    kept: BinEntry | None = None,
) -> list[str]:
    """Delete Segments read for change, save the Flow, write the events. Returns the ids of doomed Objects.

    `stored` is the Flow as it will be, except for its timeline. The Segments move to `kept`, if that is
    given, which is an entry of the recycle bin.
    """
    if not segments:
        repositories.flows.save_timeline(stored)
        return []
    repositories.segments.remove(stored.outline, segments)
    timeline = shortened(repositories, stored.outline, segments)
    flow = stored.flow.model_copy(update={"segments_updated": from_us(now_us)})
    changed = stored.with_stale(segment.timerange for segment in segments)
    repositories.flows.save_timeline(replace(changed, flow=flow, timeline=timeline))
    if kept is None:
        doomed = release(repositories, segments, now_us)
    else:
        doomed = []
        repositories.segments.add(kept.outline, segments)
    repositories.events.add(
        [
            StoredEvent(
                id=str(uuid4()),
                event_type="flows/segments_deleted",
                created_us=now_us,
                flow_id=flow.id,
                source_id=flow.source_id,
                timerange=run,
                auth_classes=classes_of(flow.tags),
            )
            for run in contiguous_runs(segment.timerange for segment in segments)
        ]
    )
    return doomed


def release(repositories: Repositories, deleted: Sequence[StoredSegment], now_us: int) -> list[str]:
    """Drop the deleted Segments' references to their Objects. Returns the ids of Objects nobody needs now."""
    return release_uses(repositories, Counter(each.object_id for each in deleted), now_us)


def release_uses(repositories: Repositories, uses: Mapping[str, int], now_us: int) -> list[str]:
    """Drop so many references to each Object. Returns the ids of Objects nobody needs now.

    A media Object that is doomed also releases its init Object (OBJ-29…32).
    """
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


def rest_after(timerange: TimeRange, segments: Sequence[StoredSegment]) -> TimeRange:
    """The part of `timerange` after the last of these Segments."""
    _, end_ns = finite(segments[-1].timerange)
    return TimeRange(end_ns, timerange.end_ns, True, timerange.includes_end)


def _released(stored: StoredObject, uses: int, now_us: int) -> StoredObject:
    left = stored.reference_count - uses
    if left > 0:
        return replace(stored, reference_count=left)
    return replace(stored, reference_count=0, state=ObjectState.DOOMED, doomed_us=now_us)


def shortened(
    repositories: Repositories, outline: FlowOutline, deleted: Sequence[StoredSegment]
) -> Timeline:
    """The summary without the deleted Segments. If one of them was at an end, that end is looked up again."""
    timeline = outline.timeline
    count = timeline.segment_count - len(deleted)
    if count <= 0:
        return Timeline(id=timeline.id)
    bounds = [finite(segment.timerange) for segment in deleted]
    first_ns, last_ns, inclusive = timeline.first_ns, timeline.last_ns, timeline.last_inclusive
    reader = reader_of(repositories, outline.whole)
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
