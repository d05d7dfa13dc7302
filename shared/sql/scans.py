"""What is read from VAST for each view: tables, columns, and which rows of them."""

from collections.abc import Callable
from dataclasses import dataclass

from sql.fields import Day, Duration, Field, FlowOf, MediaDay, Moment, Nanoseconds, Plain
from sql.showing import Hidden, ObjectsShown, Rule, SegmentsShown
from tams.models.recycle_bin import BinKind
from tams.repositories.event_tables import EVENTS
from tams.repositories.object_tables import OBJECTS
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.service_tables import DELETION_REQUESTS
from tams.repositories.table import Table
from tams.repositories.tables import COLLECTIONS, FLOWS, SEGMENTS, SOURCES
from tams.vast.where import Predicate, col

DELETED = "deleted"
"""The column of a scan `with_deleted`: whether clients no longer see the row."""


@dataclass(frozen=True)
class Part:
    """Rows of one table. `rule` tells which clients see; without one it is all, or none if `is_deleted`."""

    table: Table
    where: Predicate | None = None
    rule: Callable[[Hidden], Rule] | None = None
    is_deleted: bool = False


@dataclass(frozen=True)
class Scan:
    """`with_deleted` says that it sends all rows with a column that tells them apart, not only those seen."""

    name: str
    parts: tuple[Part, ...]
    fields: tuple[Field, ...]
    with_deleted: bool = False


def _texts(*names: str) -> tuple[Field, ...]:
    return tuple(Plain(name, name) for name in names)


def _ints(*names: str) -> tuple[Field, ...]:
    return tuple(Plain(name, name, "int") for name in names)


def _bools(*names: str) -> tuple[Field, ...]:
    return tuple(Plain(name, name, "bool") for name in names)


_SOURCE_FIELDS = (
    *_texts("id", "format", "label", "document"),
    *_ints("flow_count"),
    Moment("created", "created_us"),
    Moment("updated", "updated_us"),
    Day("day", "created_us"),
)

_FLOW_FIELDS = (
    *_texts(
        "id", "source_id", "format", "codec", "container", "label", "profile_id", "status", "document"
    ),
    *_bools("read_only"),
    *_ints("frame_width", "frame_height", "segment_count"),
    Nanoseconds("start_ns", "first_time"),
    Nanoseconds("end_ns", "last_time"),
    Duration("duration_ns", "last_time", "first_time"),
    Moment("created", "created_us"),
    Moment("metadata_updated", "metadata_updated_us"),
    Moment("segments_updated", "segments_updated_us"),
    Day("day", "created_us"),
)  # fmt: skip

_SEGMENT_FIELDS = (
    FlowOf("flow_id", "flow_id"),
    *_texts(
        "timerange", "object_id", "init_object_id", "ts_offset", "last_duration", "object_timerange",
        "tags", "instances"
    ),
    *_ints("sample_offset", "sample_count", "key_frame_count"),
    Nanoseconds("start_ns", "start_time"),
    Nanoseconds("end_ns", "end_time"),
    Duration("duration_ns", "end_time", "start_time"),
    MediaDay("media_day", "start_time"),
    Moment("created", "created_us"),
    Day("day", "created_us"),
)  # fmt: skip

_OBJECT_FIELDS = (
    *_texts(
        "id", "kind", "state", "flow_id", "content_type", "timerange", "init_object_id", "instances", "etag"
    ),
    *_ints("key_frame_count", "reference_count"),
    Plain("size_bytes", "size", "int"),
    Moment("created", "created_us"),
    Moment("uploaded", "uploaded_us"),
    Day("day", "created_us"),
)  # fmt: skip

_COLLECTION_FIELDS = (
    Plain("flow_id", "parent_id"),
    Plain("member_id", "child_id"),
    Plain("source_id", "parent_source_id"),
    Plain("member_source_id", "child_source_id"),
    *_texts("role", "container_mapping"),
    *_ints("position"),
)

_EVENT_FIELDS = (
    *_texts("id", "event_type", "flow_id", "source_id", "timerange", "document"),
    *_ints("seq"),
    Moment("created", "created_us"),
    Day("day", "created_us"),
)

_DELETION_FIELDS = (
    *_texts("id", "flow_id", "status", "document"),
    *_bools("delete_flow"),
    Moment("created", "created_us"),
    Moment("updated", "updated_us"),
    Moment("expiry", "expiry_us"),
    Day("day", "created_us"),
)

_BIN_FIELDS = (
    Plain("id", "entry_id"),
    *_texts("deletion_id", "kind", "source_id", "label", "deleted_by"),
    Plain("resource_id", "id"),
    *_ints("segment_count", "size_bytes", "unknown_sizes"),
    Nanoseconds("start_ns", "first_time"),
    Nanoseconds("end_ns", "last_time"),
    Duration("duration_ns", "last_time", "first_time"),
    Moment("deleted_at", "deleted_us"),
    Moment("kept_until", "until_us"),
    Day("day", "deleted_us"),
)


def _binned(kind: BinKind) -> Part:
    return Part(RECYCLE_BIN, col["kind"] == str(kind), is_deleted=True)


_SEGMENTS = Part(SEGMENTS, rule=SegmentsShown)
_OBJECTS = Part(OBJECTS, rule=ObjectsShown)

SCANS = (
    Scan("sources", (Part(SOURCES),), _SOURCE_FIELDS),
    Scan("flows", (Part(FLOWS),), _FLOW_FIELDS),
    Scan("segments", (_SEGMENTS,), _SEGMENT_FIELDS),
    Scan("objects", (_OBJECTS,), _OBJECT_FIELDS),
    Scan("collections", (Part(COLLECTIONS),), _COLLECTION_FIELDS),
    Scan("events", (Part(EVENTS, col["seq"] > 0),), _EVENT_FIELDS),
    Scan("deletions", (Part(DELETION_REQUESTS),), _DELETION_FIELDS),
    Scan("recycle_bin", (Part(RECYCLE_BIN),), _BIN_FIELDS),
    Scan(
        "sources_all", (Part(SOURCES), _binned(BinKind.SOURCE)), _SOURCE_FIELDS, with_deleted=True
    ),
    Scan("flows_all", (Part(FLOWS), _binned(BinKind.FLOW)), _FLOW_FIELDS, with_deleted=True),
    Scan("segments_all", (_SEGMENTS,), _SEGMENT_FIELDS, with_deleted=True),
    Scan("objects_all", (_OBJECTS,), _OBJECT_FIELDS, with_deleted=True),
)


def narrowing(scan: str) -> set[str]:
    """The columns of a scan that VAST can select rows by."""
    (found,) = (each for each in SCANS if each.name == scan)
    return {field.name for field in found.fields if not isinstance(field, Duration)}
