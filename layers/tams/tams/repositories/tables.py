"""Every table on VAST: its columns, their units, its sort order. The only home of column names.

Suffixes tell the unit: `_time` media time (nanoseconds as `media_time` writes them, ADR 2), `_us`
microseconds of wall clock since 1970 (UTC). Ranges are half-open, `[start_time, end_time)`. A `document` is
JSON text of a model of the specification. `revision` is written by every transaction whose decision rests on
the row, so that two of them collide (ADR 3).
"""

import pyarrow as pa

from tams.repositories.table import Projection, Table

GUARD_SLOTS = 16_384
"""Rows of `guards`; a new id takes the slot of its hash, so that two creations of one id collide.

So many that creations of different ids, some dozens at a time, hardly ever do.
"""


def _columns(**types: pa.DataType) -> pa.Schema:
    return pa.schema(list(types.items()))


_TEXT, _INT, _BOOL = pa.utf8(), pa.int64(), pa.bool_()

FLOWS = Table(
    "flows",
    _columns(
        id=_TEXT,
        source_id=_TEXT,
        format=_TEXT,
        codec=_TEXT,
        container=_TEXT,
        label=_TEXT,
        profile_id=_TEXT,
        status=_TEXT,
        read_only=_BOOL,
        frame_width=_INT,
        frame_height=_INT,
        init_segments=_BOOL,
        tags=_TEXT,  # as `predicates.tags_text` writes them, to be found by
        document=_TEXT,  # the Flow without what the other columns and `collections` hold
        created_us=_INT,
        metadata_updated_us=_INT,
        segments_updated_us=_INT,
        first_time=_TEXT,  # the timeline summary, kept in the transaction that writes segments
        last_time=_TEXT,
        last_inclusive=_BOOL,  # whether the last segment's text ends with an included bound
        segment_count=_INT,
        longest_time=_TEXT,  # at least the longest segment's duration; never shrinks while segments remain
        deleting=_TEXT,  # timeranges by deletion request, as JSON: hidden, and not yet deleted
        told_us=_INT,  # the last moment of the Flow that its dates do not show (`services/moments.py`)
        revision=_INT,
    ),
    sorting_key=("id",),
    projections=(Projection("flows_by_source", ("source_id",), ("id",)),),
)

SOURCES = Table(
    "sources",
    _columns(
        id=_TEXT,
        format=_TEXT,
        label=_TEXT,
        tags=_TEXT,
        document=_TEXT,
        created_us=_INT,
        updated_us=_INT,
        flow_count=_INT,  # the Source goes with its last Flow
        revision=_INT,
    ),
    sorting_key=("id",),
)

COLLECTIONS = Table(
    "collections",
    _columns(
        parent_id=_TEXT,
        child_id=_TEXT,
        parent_source_id=_TEXT,
        child_source_id=_TEXT,
        position=_INT,
        role=_TEXT,
        container_mapping=_TEXT,
    ),
    sorting_key=("parent_id",),
    projections=(
        Projection("collections_by_child", ("child_id",), ("parent_id",)),
        Projection(
            "collections_by_parent_source",
            ("parent_source_id",),
            ("child_source_id", "role", "position"),
        ),
        Projection("collections_by_child_source", ("child_source_id",), ("parent_source_id",)),
    ),
)

SEGMENTS = Table(
    "segments",
    _columns(
        flow_id=_TEXT,
        start_time=_TEXT,
        end_time=_TEXT,
        timerange=_TEXT,
        object_id=_TEXT,
        ts_offset=_TEXT,
        last_duration=_TEXT,
        sample_offset=_INT,
        sample_count=_INT,
        key_frame_count=_INT,
        object_timerange=_TEXT,
        instances=_TEXT,  # copied from the object: a listing is one select with no join
        init_object_id=_TEXT,
        init_instances=_TEXT,
        created_us=_INT,
        event_id=_TEXT,  # the segments_added event that announces it
    ),
    sorting_key=("flow_id", "start_time"),
    projections=(Projection("segments_by_object", ("object_id",), ("flow_id", "start_time")),),
)

OBJECTS = Table(
    "objects",
    _columns(
        id=_TEXT,
        kind=_TEXT,  # media | init; null until first registered
        state=_TEXT,  # allocated | referenced | doomed
        flow_id=_TEXT,  # the Flow it was allocated for, and so the first to use it
        flow_created_us=_INT,  # tells that Flow from a later one of the same id
        content_type=_TEXT,
        timerange=_TEXT,
        init_object_id=_TEXT,
        key_frame_count=_INT,
        instances=_TEXT,
        reference_count=_INT,  # segments that use it, or media objects that need it as init
        created_us=_INT,
        doomed_us=_INT,
        registers=_TEXT,  # the headers of an upload that is to register a Segment by itself, as JSON
        size=_INT,  # bytes; this and the next two are null until S3 tells of the upload
        etag=_TEXT,
        uploaded_us=_INT,
        fault=_TEXT,  # why the upload did not register its Segment, as JSON of error.json
        event_id=_TEXT,  # the operation that allocated it, to settle a lost commit
        revision=_INT,
    ),
    sorting_key=("id",),
    projections=(Projection("objects_by_state", ("state",), ("id", "created_us", "doomed_us")),),
)

COPIES = Table(
    "copies",
    _columns(
        id=_TEXT,
        object_id=_TEXT,
        storage_id=_TEXT,
        object_created_us=_INT,
        created_us=_INT,
        cancelled=_BOOL,
        attempts=_INT,
        next_us=_INT,
        error=_TEXT,
        event_id=_TEXT,
        revision=_INT,
    ),
    sorting_key=("id",),
)

EVENT_ROUTING = (
    "created_us",
    "id",
    "event_type",
    "flow_id",
    "source_id",
    "collected_by",
    "auth_classes",
)
"""All columns that decide who gets an event."""

EVENTS = Table(
    "events",
    _columns(
        id=_TEXT,
        event_type=_TEXT,
        flow_id=_TEXT,
        source_id=_TEXT,
        timerange=_TEXT,
        document=_TEXT,
        collected_by=_TEXT,  # of what is deleted: the collectors it had, as JSON
        auth_classes=_TEXT,  # of the Flow or Source, written as `tags` are
        created_us=_INT,
        seq=_INT,  # its place among all events; 0 until every webhook that wants it has its delivery
    ),
    sorting_key=("created_us", "id"),
    projections=(
        # Holds all that routing needs, so that the relay reads no event itself.
        Projection("events_by_place", ("seq",), EVENT_ROUTING),
    ),
    retired_projections=("events_by_seq",),
)

MILESTONES = Table(
    "milestones",
    _columns(
        seq=_INT,
        newest_us=_INT,  # no event up to this place is stamped later; or FORGOTTEN_US
    ),
    sorting_key=("newest_us",),
)

FORGOTTEN_US = -1
"""Marks a milestone before which no events are left."""

RELAY = Table(
    "relay",
    _columns(
        last_seq=_INT,
        newest_us=_INT,  # no event that has a place is stamped later
        page_secret=_TEXT,  # of the keys that tell clients a place in the log of events
        event_id=_TEXT,
        revision=_INT,
    ),
)

DELIVERIES = Table(
    "deliveries",
    _columns(webhook_id=_TEXT, seq=_INT, event_id=_TEXT, created_us=_INT),
    sorting_key=("webhook_id", "seq"),
)

DELIVERY_STATES = Table(
    "delivery_states",
    _columns(
        webhook_id=_TEXT,
        cursor_seq=_INT,
        attempts=_INT,
        failing_since_us=_INT,
        next_us=_INT,
        holder=_TEXT,
        event_id=_TEXT,
        revision=_INT,
    ),
    sorting_key=("webhook_id",),
)

PROFILES = Table(
    "profiles",
    _columns(
        id=_TEXT,
        format=_TEXT,
        codec=_TEXT,
        label=_TEXT,
        document=_TEXT,
        created_us=_INT,
        event_id=_TEXT,
    ),
    sorting_key=("id",),
)

WEBHOOKS = Table(
    "webhooks",
    _columns(
        id=_TEXT,
        url=_TEXT,
        status=_TEXT,
        tags=_TEXT,
        document=_TEXT,  # with the client's secret
        event_id=_TEXT,
        revision=_INT,
    ),
    sorting_key=("id",),
)

DELETION_REQUESTS = Table(
    "deletion_requests",
    _columns(
        id=_TEXT,
        flow_id=_TEXT,
        delete_flow=_BOOL,
        status=_TEXT,
        document=_TEXT,
        timeline=_TEXT,  # the summary of a Flow that is gone, as JSON
        auth_classes=_TEXT,  # of the Flow, as JSON
        created_us=_INT,
        updated_us=_INT,
        expiry_us=_INT,
        event_id=_TEXT,
        revision=_INT,
    ),
    sorting_key=("id",),
    projections=(Projection("deletion_requests_by_flow", ("flow_id",), ("id", "status")),),
)

SERVICE = Table(
    "service",
    _columns(
        name=_TEXT,
        description=_TEXT,
        believed_us=_INT,  # the time by which things are deleted for their age
        event_id=_TEXT,
        swept_us=_INT,  # when the sweeper last ran
        revision=_INT,
    ),
)

GUARDS = Table(
    "guards",
    _columns(
        slot=_INT,
        moment_us=_INT,  # the last moment of what had one of its ids and is gone
        revision=_INT,
    ),
    sorting_key=("slot",),
)

ALL = (
    FLOWS,
    SOURCES,
    COLLECTIONS,
    SEGMENTS,
    OBJECTS,
    COPIES,
    EVENTS,
    MILESTONES,
    RELAY,
    DELIVERIES,
    DELIVERY_STATES,
    PROFILES,
    WEBHOOKS,
    DELETION_REQUESTS,
    SERVICE,
    GUARDS,
)
