"""Model ⇄ row, both directions, pure."""

import json
from functools import lru_cache
from typing import Any

from tams.models.collection import FlowCollectionItem
from tams.models.container_mapping import ContainerMapping
from tams.models.error import Error
from tams.models.flow import Flow, parse_flow
from tams.models.source import Source
from tams.models.stored import (
    FlowOutline,
    Instance,
    ObjectKind,
    ObjectState,
    StoredFlow,
    StoredObject,
    StoredSegment,
    StoredSource,
    Timeline,
    finite,
)
from tams.repositories.media_time import optional_ns, optional_text, time_ns, time_text
from tams.repositories.predicates import tags_text
from tams.repositories.transaction import Row
from tams.timing import TimeRange
from tams.timing.microseconds import from_us, to_us

_KEPT_ELSEWHERE = ("timerange", "flow_collection", "collected_by", "segments_updated")


def dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def flow_row(stored: StoredFlow) -> Row:
    """All columns except the timeline's."""
    flow = stored.flow
    document = flow.to_document()
    for name in _KEPT_ELSEWHERE:
        document.pop(name, None)
    essence = document.get("essence_parameters", {})
    return {
        "id": flow.id,
        "source_id": flow.source_id,
        "format": str(flow.format),
        "codec": flow.codec,
        "container": flow.container,
        "label": flow.label,
        "profile_id": flow.profile_id,
        "status": flow.status,
        "read_only": flow.read_only or False,
        "frame_width": essence.get("frame_width"),
        "frame_height": essence.get("frame_height"),
        "init_segments": essence.get("init_segments", False),
        "tags": tags_text(flow.tags),
        "document": dumps(document),
        "created_us": to_us(flow.created) if flow.created else None,
        "metadata_updated_us": to_us(flow.metadata_updated) if flow.metadata_updated else None,
        "revision": stored.revision,
    }


def timeline_row(stored: StoredFlow) -> Row:
    """The columns that writing Segments changes."""
    timeline, updated = stored.timeline, stored.flow.segments_updated
    return {
        "segments_updated_us": to_us(updated) if updated else None,
        "first_time": optional_text(timeline.first_ns),
        "last_time": optional_text(timeline.last_ns),
        "last_inclusive": timeline.last_inclusive,
        "segment_count": timeline.segment_count,
        "longest_time": time_text(timeline.longest_ns),
        "deleting": dumps({key: str(value) for key, value in stored.deleting.items()})
        if stored.deleting
        else None,
        "told_us": stored.told_us,
        **relations_row(stored),
        "revision": stored.revision,
    }


RELATED = -1
"""No revision."""


def relations_row(stored: StoredFlow) -> Row:
    """Whether this update leaves the Flow without members and collectors."""
    return {"unrelated_revision": stored.revision + 1 if stored.is_unrelated else RELATED}


FLOW_READ = (
    "id", "document", "segments_updated_us", "first_time", "last_time", "last_inclusive", "segment_count",
    "longest_time", "deleting", "told_us", "unrelated_revision", "revision"
)  # fmt: skip
"""The columns that `flow_from_row` reads."""


def flow_from_row(row: Row) -> StoredFlow:
    document = json.loads(row["document"])
    if row["segments_updated_us"] is not None:
        document["segments_updated"] = from_us(row["segments_updated_us"]).isoformat()
    flow: Flow = parse_flow(document)
    outline = outline_from_row(row)
    return StoredFlow(
        flow,
        outline.timeline,
        outline.deleting,
        row["told_us"] or 0,
        row["revision"],
        row["unrelated_revision"] == row["revision"],
    )


OUTLINE = (
    "id", "first_time", "last_time", "last_inclusive", "segment_count", "longest_time", "deleting"
)  # fmt: skip
"""The columns that `outline_from_row` reads."""


def outline_from_row(row: Row) -> FlowOutline:
    timeline = Timeline(
        segment_count=row["segment_count"],
        first_ns=optional_ns(row["first_time"]),
        last_ns=optional_ns(row["last_time"]),
        last_inclusive=row["last_inclusive"],
        longest_ns=time_ns(row["longest_time"]),
    )
    deleting = json.loads(row["deleting"] or "{}")
    hidden = {key: TimeRange.parse(text) for key, text in deleting.items()}
    return FlowOutline(row["id"], timeline, hidden)


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
        "revision": stored.revision,
    }


SOURCE_READ = ("id", "document", "flow_count", "kept", "revision")
"""The columns that `source_from_row` reads."""


def source_from_row(row: Row) -> StoredSource:
    source = Source.model_validate(json.loads(row["document"]))
    return StoredSource(source, row["flow_count"], row["revision"], bool(row["kept"]))


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


def segment_row(segment: StoredSegment) -> Row:
    start_ns, end_ns = finite(segment.timerange)
    return {
        "flow_id": segment.flow_id,
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
        "instances": instances_text(segment.instances),
        "init_object_id": segment.init_object_id,
        "init_instances": instances_text(segment.init_instances)
        if segment.init_object_id
        else None,
        "created_us": segment.created_us,
        "event_id": segment.event_id,
    }


UNREAD = ("start_time", "end_time", "created_us", "event_id")
"""Columns of Segments that serve only to find them."""


def segment_from_row(row: Row) -> StoredSegment:
    return StoredSegment(
        flow_id=row["flow_id"],
        timerange=TimeRange.parse(row["timerange"]),
        object_id=row["object_id"],
        instances=instances_from_text(row["instances"]),
        ts_offset=row["ts_offset"],
        last_duration=row["last_duration"],
        sample_offset=row["sample_offset"],
        sample_count=row["sample_count"],
        key_frame_count=row["key_frame_count"],
        object_timerange=row["object_timerange"],
        init_object_id=row["init_object_id"],
        init_instances=instances_from_text(row["init_instances"]),
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
