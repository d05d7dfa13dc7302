"""Model ⇄ row, both directions, pure."""

import json
from functools import lru_cache
from typing import Any

from tams.models.collection import FlowCollectionItem
from tams.models.common import Tags
from tams.models.container_mapping import ContainerMapping
from tams.models.error import Error
from tams.models.source import Source
from tams.models.stored import StoredSegment, StoredSource
from tams.models.stored_objects import Instance, ObjectKind, ObjectState, StoredObject
from tams.models.timelines import finite, flow_of
from tams.repositories.media_time import time_text
from tams.repositories.predicates import tags_text
from tams.repositories.relations import is_unrelated, relations_row
from tams.repositories.transaction import Row
from tams.timing import TimeRange
from tams.timing.microseconds import to_us


def dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def source_row(stored: StoredSource) -> Row:
    source = stored.source
    document = source.to_document()
    for name in ("source_collection", "collected_by"):
        document.pop(name, None)
    return {
        "id": source.id,
        "format": str(source.format),
        "label": source.label,
        "tags": tags_text(source.tags),
        "document": dumps(document),
        "created_us": to_us(source.created) if source.created else None,
        "updated_us": to_us(source.updated) if source.updated else None,
        "flow_count": stored.flow_count,
        "kept": stored.is_kept,
        **({} if stored.look_us is None else {"retention_us": stored.look_us}),
        **relations_row(stored),
        "revision": stored.revision,
    }


SOURCE_READ = ("id", "document", "flow_count", "kept", "unrelated_revision", "revision")
"""The columns that `source_from_row` reads."""


def source_from_row(row: Row) -> StoredSource:
    source = Source.model_validate(json.loads(row["document"]))
    return StoredSource(
        source, row["flow_count"], row["revision"], bool(row["kept"]), is_unrelated(row)
    )


def collection_item_from_row(row: Row) -> FlowCollectionItem:
    mapping = row["container_mapping"]
    return FlowCollectionItem(
        id=row["child_id"],
        role=row["role"],
        container_mapping=ContainerMapping.model_validate_json(mapping) if mapping else None,
    )


def instances_text(instances: tuple[Instance, ...]) -> str:
    """Leaves out absent keys: the text is stored on every Segment."""
    fields = ("storage_id", "url", "label")
    return dumps(
        [
            {name: value for name in fields if (value := getattr(instance, name)) is not None}
            for instance in instances
        ]
    )


@lru_cache(maxsize=64)  # the Segments of a page mostly have the same
def instances_from_text(text: str | None) -> tuple[Instance, ...]:
    return tuple(Instance(**entry) for entry in json.loads(text)) if text else ()


def segment_tags_text(tags: Tags | None) -> str | None:
    """The text to find tags by, and after its last line feed the tags as JSON, which contains none."""
    return tags_text(tags) + dumps(tags) if tags else None


def segment_tags_from_text(text: str) -> Tags:
    tags: Tags = json.loads(text.rpartition("\n")[2])
    return tags


def segment_row(segment: StoredSegment, timeline_id: str) -> Row:
    start_ns, end_ns = finite(segment.timerange)
    return {
        "flow_id": timeline_id,
        "start_time": time_text(start_ns),
        "end_time": time_text(end_ns),
        "timerange": str(segment.timerange),
        "object_id": segment.object_id,
        "ts_offset": segment.ts_offset,
        "last_duration": segment.last_duration,
        "sample_offset": segment.sample_offset,
        "sample_count": segment.sample_count,
        "key_frame_count": segment.key_frame_count,
        "object_timerange": segment.object_timerange,
        "tags": segment_tags_text(segment.tags),
        "instances": instances_text(segment.instances),
        "init_object_id": segment.init_object_id,
        "init_instances": instances_text(segment.init_instances)
        if segment.init_object_id
        else None,
        "created_us": segment.created_us,
        "event_id": segment.event_id,
    }


UNREAD = ("start_time", "end_time", "created_us", "event_id")
"""Columns of Segments that no client sees."""


def segment_from_row(row: Row) -> StoredSegment:
    return StoredSegment(
        flow_id=flow_of(row["flow_id"]),
        timerange=TimeRange.parse(row["timerange"]),
        object_id=row["object_id"],
        instances=instances_from_text(row["instances"]),
        ts_offset=row["ts_offset"],
        last_duration=row["last_duration"],
        sample_offset=row["sample_offset"],
        sample_count=row["sample_count"],
        key_frame_count=row["key_frame_count"],
        object_timerange=row["object_timerange"],
        tags=segment_tags_from_text(row["tags"]) if row["tags"] else None,
        init_object_id=row["init_object_id"],
        init_instances=instances_from_text(row["init_instances"]),
        created_us=row.get("created_us") or 0,
    )


def object_row(stored: StoredObject) -> Row:
    """All columns except `event_id`, which is written once."""
    return {
        "id": stored.id,
        "kind": stored.kind,
        "state": str(stored.state),
        "flow_id": stored.flow_id,
        "content_type": stored.content_type,
        "timerange": str(stored.timerange) if stored.timerange is not None else None,
        "init_object_id": stored.init_object_id,
        "key_frame_count": stored.key_frame_count,
        "instances": instances_text(stored.instances),
        "reference_count": stored.reference_count,
        "created_us": stored.created_us,
        "flow_created_us": stored.flow_created_us,
        "doomed_us": stored.doomed_us,
        "registers": dumps(stored.registers) if stored.registers else None,
        "size": stored.size_bytes,
        "etag": stored.etag,
        "uploaded_us": stored.uploaded_us,
        "fault": dumps(stored.fault.to_document()) if stored.fault else None,
        "revision": stored.revision,
    }


def object_from_row(row: Row) -> StoredObject:
    return StoredObject(
        id=row["id"],
        kind=ObjectKind(row["kind"]) if row["kind"] else None,
        state=ObjectState(row["state"]),
        flow_id=row["flow_id"],
        content_type=row["content_type"],
        timerange=TimeRange.parse(row["timerange"]) if row["timerange"] else None,
        init_object_id=row["init_object_id"],
        key_frame_count=row["key_frame_count"],
        instances=instances_from_text(row["instances"]),
        reference_count=row["reference_count"],
        created_us=row["created_us"],
        flow_created_us=row["flow_created_us"],
        doomed_us=row["doomed_us"],
        registers=json.loads(row["registers"] or "{}"),
        size_bytes=row["size"],
        etag=row["etag"],
        uploaded_us=row["uploaded_us"],
        fault=Error.model_validate_json(row["fault"]) if row["fault"] else None,
        revision=row["revision"],
    )
