"""Segments in the recycle bin: an entry for each deletion, with a timeline of its own."""

from collections.abc import Sequence
from dataclasses import replace

from tams.models.recycle_bin import BinEntry, BinKind, Deletion
from tams.models.stored import StoredFlow, StoredSegment, Timeline, timeline_of


def segments_entry(entry_id: str, stored: StoredFlow, deletion: Deletion) -> BinEntry:
    """An entry for Segments of the Flow, without any yet."""
    timeline = Timeline(id=timeline_of(stored.flow.id, entry_id))
    flow = replace(stored, timeline=timeline, deleting={})
    return BinEntry(entry_id, BinKind.SEGMENTS, deletion, flow)


def with_segments(entry: BinEntry, segments: Sequence[StoredSegment]) -> BinEntry:
    """The entry with more Segments."""
    timeline = entry.of.timeline
    for segment in segments:
        timeline = timeline.including(segment.timerange)
    return replace(entry, flow=replace(entry.of, timeline=timeline))
