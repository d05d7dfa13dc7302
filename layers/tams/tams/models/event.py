"""The eight kinds of events, each in an envelope of its own shape."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from tams.models.base import Model
from tams.models.common import UtcDateTime, Uuid
from tams.models.flow import Flow
from tams.models.flow_segment import FlowSegment
from tams.models.source import Source
from tams.timing import TimeRange


class EventType(StrEnum):
    """The event types that clients can subscribe to. Source: webhook.json."""

    FLOW_CREATED = "flows/created"
    FLOW_UPDATED = "flows/updated"
    FLOW_DELETED = "flows/deleted"
    SEGMENTS_ADDED = "flows/segments_added"
    SEGMENTS_DELETED = "flows/segments_deleted"
    SOURCE_CREATED = "sources/created"
    SOURCE_UPDATED = "sources/updated"
    SOURCE_DELETED = "sources/deleted"


class FlowContent(Model):
    flow: Annotated[Flow, Field(discriminator="format")]


class FlowIdContent(Model):
    flow_id: Uuid


class SegmentsAddedContent(Model):
    """Segments as `GET /flows/{flowId}/segments` shows them, and no timerange."""

    flow_id: Uuid
    segments: tuple[FlowSegment, ...]


class SegmentsDeletedContent(Model):
    """A timerange that starts and ends inside deleted segments, and no list of them."""

    flow_id: Uuid
    timerange: TimeRange


class SourceContent(Model):
    source: Source


class SourceIdContent(Model):
    source_id: Uuid


class Envelope(Model):
    """When it happened."""

    event_timestamp: UtcDateTime


class FlowCreated(Envelope):
    event_type: Literal[EventType.FLOW_CREATED] = EventType.FLOW_CREATED
    event: FlowContent


class FlowUpdated(Envelope):
    event_type: Literal[EventType.FLOW_UPDATED] = EventType.FLOW_UPDATED
    event: FlowContent


class FlowDeleted(Envelope):
    """Deleted, or scheduled to be."""

    event_type: Literal[EventType.FLOW_DELETED] = EventType.FLOW_DELETED
    event: FlowIdContent


class SegmentsAdded(Envelope):
    event_type: Literal[EventType.SEGMENTS_ADDED] = EventType.SEGMENTS_ADDED
    event: SegmentsAddedContent


class SegmentsDeleted(Envelope):
    event_type: Literal[EventType.SEGMENTS_DELETED] = EventType.SEGMENTS_DELETED
    event: SegmentsDeletedContent


class SourceCreated(Envelope):
    event_type: Literal[EventType.SOURCE_CREATED] = EventType.SOURCE_CREATED
    event: SourceContent


class SourceUpdated(Envelope):
    event_type: Literal[EventType.SOURCE_UPDATED] = EventType.SOURCE_UPDATED
    event: SourceContent


class SourceDeleted(Envelope):
    event_type: Literal[EventType.SOURCE_DELETED] = EventType.SOURCE_DELETED
    event: SourceIdContent


Event = (
    FlowCreated
    | FlowUpdated
    | FlowDeleted
    | SegmentsAdded
    | SegmentsDeleted
    | SourceCreated
    | SourceUpdated
    | SourceDeleted
)

_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event_type")])


def parse_event(document: object) -> Event:
    """An event from JSON that we wrote ourselves. A fault in it is our bug, and is raised unchanged."""
    return _EVENT.validate_python(document)
