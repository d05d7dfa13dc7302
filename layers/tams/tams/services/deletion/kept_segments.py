"""Segments in the recycle bin: an entry for each deletion, with a timeline of its own."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from tams.models.recycle_bin import BinEntry, BinKind, Deletion
from tams.models.stored import StoredFlow, StoredSegment
from tams.models.timelines import Timeline, timeline_of
from tams.ports import Repositories
from tams.services.deletion.steps import remove_from_flow


def segments_entry(entry_id: str, stored: StoredFlow, deletion: Deletion) -> BinEntry:
    """An entry for Segments of the Flow, without any yet."""
    timeline = Timeline(id=timeline_of(stored.flow.id, entry_id))
    flow = replace(stored, timeline=timeline, deleting={}, coverage=None)
    return BinEntry(entry_id, BinKind.SEGMENTS, deletion, flow)


def with_segments(entry: BinEntry, segments: Sequence[StoredSegment]) -> BinEntry:
    """The entry with more Segments."""
    timeline = entry.of.timeline
    for segment in segments:
        timeline = timeline.including(segment.timerange)
    return replace(entry, flow=replace(entry.of, timeline=timeline))


def move_or_release(
    repositories: Repositories,
    stored: StoredFlow,
    segments: Sequence[StoredSegment],
    now_us: int,
    deletion: Deletion | None,
) -> list[str]:
    """Delete Segments read for change: into an entry of the `deletion`, or for good without one.

    Returns the ids of doomed Objects.
    """
    kept = None
    if deletion is not None:
        kept = with_segments(segments_entry(str(uuid4()), stored, deletion), segments)
        repositories.recycle_bin.add([kept])
    return remove_from_flow(repositories, stored, segments, now_us, kept)
