"""Takes the Segments that use an Object out of their Flows, some at a time, inside one transaction."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from tams.models.caller import Permission
from tams.models.recycle_bin import BinEntry, Deletion
from tams.models.stored import Cascade, ObjectUses, StoredFlow, StoredSegment
from tams.models.stored_objects import ObjectKind, StoredObject
from tams.models.timelines import finite, flow_of
from tams.ports import Repositories
from tams.services.clock.record_times import moment_of_change
from tams.services.deletion.kept_segments import segments_entry, with_segments
from tams.services.deletion.steps import remove_from_flow
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.microseconds import to_us

STEP_FLOWS = 20
"""The most Flows that the worker changes in one transaction. Each takes some eight round trips."""

LISTED_FLOWS = 1_000
"""The most Flows that a deletion request lists: their ids share one cell, which holds 126 KB on VAST."""


def uses_left(
    repositories: Repositories, stored: StoredObject, flow_ids: Iterable[str]
) -> ObjectUses:
    """All that use the Object now, which are these Flows."""
    classes = repositories.caller.classes_for(Permission.DELETE)
    listed, after_id = _first_of(flow_ids)
    return ObjectUses(
        stored.id,
        listed,
        after_id,
        classes=None if classes is None else tuple(sorted(classes)),
        is_init=stored.kind is ObjectKind.INIT,
    )


def step_of_uses(
    repositories: Repositories, cascade: Cascade, now: datetime, segments_max: int
) -> tuple[Cascade | None, list[str]]:
    """Delete some Segments. Returns what is left, None if nothing is, and the ids of doomed Objects.

    Segments that were created since the request was accepted stay, and so do those of Flows that have become
    read-only.
    """
    uses, doomed, room = cascade.uses, list[str](), segments_max
    assert uses is not None
    for _ in range(STEP_FLOWS):
        if not uses.flow_ids:
            if uses.after_id is None:
                return None, doomed
            uses = _next_flows(repositories, uses, uses.after_id)
            continue
        flow = repositories.flows.find(uses.flow_ids[0])
        if flow is None or flow.flow.read_only:
            uses = _after_first(uses)
            continue
        found, more = _page(repositories, flow, uses, room)
        meant = [each for each in found if each.created_us <= cascade.created_until_us]
        if meant:
            moment_us = to_us(moment_of_change(now, flow))
            entry = _entry(repositories, flow, cascade, uses, meant)
            doomed += remove_from_flow(repositories, flow, meant, moment_us, entry)
            uses = replace(uses, entry_id=entry.id if entry else None)
        room -= len(found)
        if more:
            start_ns, _ = finite(found[-1].timerange)
            uses = replace(uses, cursor_ns=start_ns)
        else:
            uses = _after_first(uses)
        if room <= 0:
            break
    if not uses.flow_ids and uses.after_id is None:
        return None, doomed
    return replace(cascade, uses=uses), doomed


def _page(
    repositories: Repositories, flow: StoredFlow, uses: ObjectUses, limit: int
) -> tuple[list[StoredSegment], bool]:
    reader = reader_of(
        repositories,
        flow.outline,
        object_id=None if uses.is_init else uses.object_id,
        init_object_id=uses.object_id if uses.is_init else None,
        for_change=True,
    )
    return reader.page(PageRequest(TimeRange.eternity(), limit, cursor_ns=uses.cursor_ns))


def _entry(
    repositories: Repositories,
    flow: StoredFlow,
    cascade: Cascade,
    uses: ObjectUses,
    segments: Collection[StoredSegment],
) -> BinEntry | None:
    """The entry for Segments of this Flow, with these too; None if the recycle bin keeps nothing."""
    if cascade.until_us <= cascade.deleted_us:
        return None
    begun = None
    if uses.entry_id is not None:
        begun = repositories.recycle_bin.find(uses.entry_id, flow.flow.id)
    if begun is not None:
        entry = with_segments(begun, list(segments))
        repositories.recycle_bin.save_timeline(entry)
        return entry
    deletion = Deletion(
        cascade.deletion_id, cascade.deleted_us, cascade.until_us, cascade.deleted_by
    )
    entry = with_segments(segments_entry(str(uuid4()), flow, deletion), list(segments))
    repositories.recycle_bin.add([entry])
    return entry


def _after_first(uses: ObjectUses) -> ObjectUses:
    return replace(uses, flow_ids=uses.flow_ids[1:], cursor_ns=None, entry_id=None)


def _next_flows(repositories: Repositories, uses: ObjectUses, after_id: str) -> ObjectUses:
    """The Flows that follow. It reads two ids for each use of the Object."""
    media_ids = [uses.object_id]
    if uses.is_init:
        media_ids = repositories.objects.media_needing(media_ids)[uses.object_id]
    users = repositories.segments.users_of(media_ids).values()
    flow_ids = {flow_of(timeline) for timelines in users for timeline in timelines}
    listed, next_id = _first_of(each for each in flow_ids if each > after_id)
    if uses.classes is not None:
        mine = repositories.flows.of_classes(listed, uses.classes)
        listed = tuple(each for each in listed if each in mine)
    return replace(uses, flow_ids=listed, after_id=next_id)


def _first_of(flow_ids: Iterable[str]) -> tuple[tuple[str, ...], str | None]:
    """As many as a request lists, and after which the others follow."""
    ordered = sorted(flow_ids)
    some = tuple(ordered[:LISTED_FLOWS])
    return some, some[-1] if len(ordered) > len(some) else None
