"""Events for added Segments, each small enough for receivers and responses to hold."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from tams.models.caller import classes_of
from tams.models.flow import Flow
from tams.models.queries import PAGE_LIMIT_MAX
from tams.models.stored import StoredEvent, StoredSegment
from tams.models.timelines import finite
from tams.timing.coverage import hull

EVENT_SEGMENTS_MAX = PAGE_LIMIT_MAX
"""A receiver that can read a page can read an event."""


def announced(
    flow: Flow, segments: Sequence[StoredSegment], created_us: int
) -> tuple[list[StoredSegment], list[StoredEvent]]:
    """The Segments, each with its event's id, and the events."""
    ordered = sorted(segments, key=lambda segment: finite(segment.timerange))
    marked: list[StoredSegment] = []
    events: list[StoredEvent] = []
    for first in range(0, len(ordered), EVENT_SEGMENTS_MAX):
        some = ordered[first : first + EVENT_SEGMENTS_MAX]
        each_id = str(uuid4())
        marked += [replace(segment, event_id=each_id) for segment in some]
        events.append(
            StoredEvent(
                id=each_id,
                event_type="flows/segments_added",
                created_us=created_us,
                flow_id=flow.id,
                source_id=flow.source_id,
                timerange=hull(segment.timerange for segment in some),
                auth_classes=classes_of(flow.tags),
            )
        )
    return marked, events
