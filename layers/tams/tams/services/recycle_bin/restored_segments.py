"""Puts Segments back on the timeline of their Flow, inside one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tams.errors import ConflictError, InvalidRequestError, quoted
from tams.models.caller import Permission, classes_of
from tams.models.recycle_bin import BinEntry, Restored
from tams.models.retention import look_after_restore_us
from tams.models.stored import StoredFlow, StoredSegment
from tams.models.stored_objects import created_us_of
from tams.models.timelines import finite
from tams.ports import Repositories
from tams.services.deletion.steps import shortened
from tams.services.segments.added import announced
from tams.services.segments.occupied import Occupied, lookback_spans
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.coverage import hull
from tams.timing.microseconds import from_us

_NAMED_MAX = 10


@dataclass(frozen=True, slots=True)
class Found:
    """Segments of one entry that are to be restored."""

    entry: BinEntry
    segments: Sequence[StoredSegment]


def restore_segments(
    repositories: Repositories,
    stored: StoredFlow,
    found: Sequence[Found],
    now_us: int,
    *,
    partial: bool,
) -> Restored:
    """Segments of the latest deletion first. Without `partial`, all or none.

    Raises ConflictError that names what is in the way.
    """
    fitting, blocked = _fitting(repositories, stored, found)
    if blocked and not partial:
        raise ConflictError(_in_the_way(repositories, stored, blocked))
    back = [segment for each in fitting for segment in each.segments]
    if not back:
        return Restored()
    timeline = stored.timeline
    for segment in back:
        timeline = timeline.including(segment.timerange)
    flow = stored.flow.model_copy(update={"segments_updated": from_us(now_us)})
    changed = replace(stored, flow=flow, timeline=timeline)
    repositories.flows.save_timeline(changed)
    repositories.flows.save_look(changed, look_after_restore_us(from_us(now_us)))
    for each in fitting:
        _take_out(repositories, each)
    segments, events = announced(flow, back, now_us)
    repositories.segments.add(stored.outline, segments)
    repositories.events.add(events)
    repositories.recycle_bin.restored_count += len(back)
    return Restored(
        flow_ids=(flow.id,),
        segment_count=len(back),
        timerange=hull(segment.timerange for segment in back),
        left_out=tuple(f"Segment {each}" for each in blocked[:_NAMED_MAX]),
    )


def find_segments(
    repositories: Repositories,
    stored: StoredFlow,
    entries: Iterable[BinEntry],
    timerange: TimeRange,
    segments_max: int,
    *,
    in_slices: bool = False,
) -> list[Found]:
    """What `timerange` covers completely, or the first `segments_max` of it if `in_slices`.

    Raises ConflictError, and InvalidRequestError if there are more.
    """
    _check_settled(stored, timerange)
    found, count = list[Found](), 0
    for entry in entries:
        if created_us_of(entry.of.flow) != created_us_of(stored.flow):
            continue  # they belong to an earlier Flow with this id
        if not entry.of.timeline.timerange.overlaps(timerange):
            continue
        reader = reader_of(repositories, entry.outline, for_change=True)
        segments, more = reader.page(PageRequest(timerange, segments_max - count))
        if more and not in_slices:
            raise InvalidRequestError(_too_many(timerange, segments, segments_max, first=not count))
        covered = [each for each in segments if timerange.contains(each.timerange)]
        if covered:
            found.append(Found(entry, covered))
            count += len(covered)
    return found


def _check_settled(stored: StoredFlow, timerange: TimeRange) -> None:
    """Raises ConflictError while a deletion is at work there: it would delete the restored Segments again."""
    for request_id, remaining in stored.deleting.items():
        if remaining.overlaps(timerange):
            raise ConflictError(
                f"timerange {remaining} is still being deleted: try again when deletion request "
                f"{quoted(request_id)} is done"
            )


def _too_many(
    timerange: TimeRange, segments: Sequence[StoredSegment], segments_max: int, *, first: bool
) -> str:
    told = (
        f"timerange: covers more than {segments_max} Segments, the most that one request restores"
    )
    if not first or not segments:
        return f"{told}: use a shorter one"
    _, end_ns = finite(segments[-1].timerange)
    fits = TimeRange(timerange.start_ns, end_ns, timerange.includes_start, includes_end=False)
    return f"{told}: begin with {fits}"


def _fitting(
    repositories: Repositories, stored: StoredFlow, found: Sequence[Found]
) -> tuple[list[Found], list[TimeRange]]:
    """The Segments that overlap nothing in the Flow or earlier in the list, and what blocks the others."""
    wanted = [segment.timerange for each in found for segment in each.segments]
    longest_ns = max(stored.timeline.longest_ns, 1)
    spans = lookback_spans(wanted, longest_ns)
    near = repositories.segments.starting_in(stored.outline.whole, spans) if spans else []
    occupied = Occupied(segment.timerange for segment in near)
    fitting, blocked = list[Found](), list[TimeRange]()
    for each in found:
        free = list[StoredSegment]()
        for segment in each.segments:
            if (taken := occupied.overlapping(segment.timerange)) is not None:
                blocked.append(taken)
                continue
            occupied.add(segment.timerange)
            free.append(segment)
        if free:
            fitting.append(Found(each.entry, free))
    return fitting, blocked


def _take_out(repositories: Repositories, found: Found) -> None:
    entry = found.entry
    repositories.segments.remove(entry.outline, found.segments)
    timeline = shortened(repositories, entry.outline, found.segments)
    if not timeline.segment_count:
        repositories.recycle_bin.remove([entry])
        return
    repositories.recycle_bin.save_timeline(
        replace(entry, flow=replace(entry.of, timeline=timeline))
    )


def _in_the_way(
    repositories: Repositories, stored: StoredFlow, blocked: Sequence[TimeRange]
) -> str:
    told = "what was deleted would overlap "
    if not repositories.caller.may(Permission.READ, classes_of(stored.flow.tags)):
        return f"{told}Segments of the Flow"
    named = ", ".join(str(each) for each in blocked[:_NAMED_MAX])
    more = len(blocked) - _NAMED_MAX
    others = f" and {more} more" if more > 0 else ""
    return f"{told}{named}{others}: delete those first, or use partial=true"
