"""Events, written in the transaction of the change they report."""

from datetime import datetime
from uuid import uuid4

from tams.models.caller import classes_of
from tams.models.flow import Flow
from tams.models.source import Source
from tams.models.stored import StoredEvent
from tams.timing.microseconds import to_us


def flow_event(event_type: str, flow: Flow, now: datetime) -> StoredEvent:
    return StoredEvent(
        id=str(uuid4()),
        event_type=event_type,
        created_us=to_us(now),
        flow_id=flow.id,
        source_id=flow.source_id,
        document=flow.to_json(),
        auth_classes=classes_of(flow.tags),
    )


def source_event(event_type: str, source: Source, now: datetime) -> StoredEvent:
    deleted = event_type == "sources/deleted"
    return StoredEvent(
        id=str(uuid4()),
        event_type=event_type,
        created_us=to_us(now),
        source_id=source.id,
        document=None if deleted else source.to_json(),
        auth_classes=classes_of(source.tags),
    )
