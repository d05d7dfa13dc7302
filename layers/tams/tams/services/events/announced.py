"""Events together with the Segments they report, as those Segments are now."""

from collections.abc import Iterable, Mapping

from tams.models.delivery import Announcement
from tams.models.event import EventType
from tams.models.stored import StoredEvent, StoredFlow
from tams.ports import Repositories


def flows_of(repositories: Repositories, events: Iterable[StoredEvent]) -> Mapping[str, StoredFlow]:
    """The current Flows of events about Segments."""
    added = (event for event in events if event.event_type == EventType.SEGMENTS_ADDED)
    ids = {event.flow_id for event in added if event.flow_id}
    return repositories.flows.find_many(ids) if ids else {}


def announcement_of(
    repositories: Repositories, seq: int, event: StoredEvent, flows: Mapping[str, StoredFlow]
) -> Announcement:
    """The announcement, with the Segments it reports that still exist and are not being deleted."""
    flow = flows.get(event.flow_id or "")
    if event.event_type != EventType.SEGMENTS_ADDED or flow is None:
        return Announcement(seq, event)
    assert event.timerange is not None
    segments = repositories.segments.announced_by(flow.outline, event.id, event.timerange)
    return Announcement(seq, event, segments)
