"""Which rows a read lets through, decided in this one place."""

from collections.abc import Iterable

from tams.models.stored import FlowOutline, StoredSegment
from tams.timing import TimeRange


def shows(outline: FlowOutline, timerange: TimeRange) -> bool:
    """Whether clients see a Segment of the Flow at this timerange: no running deletion covers it."""
    return not any(gone.contains(timerange) for gone in outline.deleting.values())


def shown(outline: FlowOutline, segments: Iterable[StoredSegment]) -> list[StoredSegment]:
    """Those of the Flow's Segments that clients see."""
    return [segment for segment in segments if shows(outline, segment.timerange)]
