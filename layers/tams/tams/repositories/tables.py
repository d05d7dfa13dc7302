"""The tables on VAST: their columns, their units, their sort orders.

Those of events are in `event_tables`, and what is deleted goes to `recycle_bin_table`. Columns are defined
nowhere else.

Suffixes give the unit: `_time` is media time (nanoseconds as `media_time` writes them, ADR 2), `_us` is
microseconds of wall clock since 1970 (UTC). Ranges are half-open, `[start_time, end_time)`. A `document` is
JSON text of a model of the specification. Every transaction whose decision rests on a row writes its
`revision`, so that two of them collide (ADR 3).

VAST uses a projection only for a select of which it holds all columns, those compared and those sent. So each
has the columns of the selects that it is for, and no others: VAST rewrites it when one of them changes. One
of a release whose columns change gets a new name (ADR 29).
"""

from tams.repositories.table import BOOL, INT, TEXT, Projection, Table, columns

GUARD_SLOTS = 16_384
"""Rows of `guards`. A new id takes the slot of its hash, so that two creations of one id collide.

There are enough that dozens of simultaneous creations of different ids hardly ever collide.
"""

_FLOW_FILTERS = (
    "source_id", "format", "codec", "label", "profile_id", "status", "frame_width", "frame_height",
    "init_segments", "tags",
)  # fmt: skip
"""Columns that listings filter by, except those that change with each Segment."""


def _listed_by(table: str, column: str, filters: tuple[str, ...]) -> Projection:
    """Lets a page of a listing sorted by a column read the rows near it, and no others (ADR 28)."""
    others = tuple(each for each in filters if each != column)
    name = f"{table}_by_{column.removesuffix('_us')}"
    return Projection(name, (column, "id"), others)


FLOWS = Table(
    "flows",
    columns(
        id=TEXT,
        source_id=TEXT,
        format=TEXT,
        codec=TEXT,
        container=TEXT,
        label=TEXT,
        profile_id=TEXT,
        status=TEXT,
        read_only=BOOL,
        frame_width=INT,
        frame_height=INT,
        init_segments=BOOL,
        tags=TEXT,  # as `predicates.tags_text` writes them, to be found by
        document=TEXT,  # the Flow without what the other columns and `collections` hold
        created_us=INT,
        metadata_updated_us=INT,
        segments_updated_us=INT,
        first_time=TEXT,  # the timeline summary, kept in the transaction that writes segments
        last_time=TEXT,
        last_inclusive=BOOL,  # whether the last segment's text ends with an included bound
        segment_count=INT,
        longest_time=TEXT,  # at least the longest segment's duration; never shrinks while segments remain
        timeline_id=TEXT,  # `segments.flow_id` of its Segments; null if that is its id
        deleting=TEXT,  # timeranges by deletion request, as JSON: hidden, and not yet deleted
        # The revision at which the Flow had neither members nor collectors. If the row has another one, a
        # release that does not know this column may have written it, and only `collections` knows.
        unrelated_revision=INT,
        told_us=INT,  # the last moment of the Flow that its dates do not show (`clock/record_times.py`)
        retention_us=INT,  # when retention looks at it next (`models/retention.py`)
        revision=INT,
    ),
    sorting_key=("id",),
    projections=(
        # The Flows of a Source: in the order of lists, those that retention is still to mark, and those that
        # may be deleted with it.
        Projection(
            "flows_by_source_2",
            ("source_id", "retention_us"),
            ("id", "created_us", "metadata_updated_us", "read_only", *_FLOW_FILTERS[1:]),
        ),
        Projection("flows_by_retention", ("retention_us",), ("id",)),
        Projection("flows_by_profile", ("profile_id",), ("id",)),
        _listed_by("flows", "created_us", _FLOW_FILTERS),
        _listed_by("flows", "metadata_updated_us", _FLOW_FILTERS),
        _listed_by("flows", "label", _FLOW_FILTERS),
    ),
)

_SOURCE_FILTERS = ("format", "label", "tags")

SOURCES = Table(
    "sources",
    columns(
        id=TEXT,
        format=TEXT,
        label=TEXT,
        tags=TEXT,
        document=TEXT,
        created_us=INT,
        updated_us=INT,
        flow_count=INT,  # the Source is deleted with its last Flow, unless it is kept
        kept=BOOL,  # whether a client created it by itself; null on rows of earlier releases
        unrelated_revision=INT,  # as in `flows`, for the collections of Sources
        retention_us=INT,  # 0 when its tag `retention` has changed, and its Flows are not yet marked
        revision=INT,
    ),
    sorting_key=("id",),
    projections=(
        Projection("sources_by_retention", ("retention_us",), ("id",)),
        _listed_by("sources", "created_us", _SOURCE_FILTERS),
        _listed_by("sources", "updated_us", _SOURCE_FILTERS),
        _listed_by("sources", "label", _SOURCE_FILTERS),
    ),
)

COLLECTIONS = Table(
    "collections",
    columns(
        parent_id=TEXT,
        child_id=TEXT,
        parent_source_id=TEXT,
        child_source_id=TEXT,
        position=INT,
        role=TEXT,
        container_mapping=TEXT,
    ),
    sorting_key=("parent_id",),
    projections=(
        # With the Sources at both ends, whose lists change with the Flow's.
        Projection(
            "collections_by_child_2",
            ("child_id",),
            ("parent_id", "parent_source_id", "child_source_id"),
        ),
        # With the Flow, because members come in its order (COL-6).
        Projection(
            "collections_by_parent_source_2",
            ("parent_source_id",),
            ("parent_id", "child_source_id", "role", "position"),
        ),
        Projection("collections_by_child_source", ("child_source_id",), ("parent_source_id",)),
    ),
)

SEGMENTS = Table(
    "segments",
    columns(
        flow_id=TEXT,  # of the timeline: the Flow's id, or that and a suffix (`models/timelines.py`)
        start_time=TEXT,
        end_time=TEXT,
        timerange=TEXT,
        object_id=TEXT,
        ts_offset=TEXT,
        last_duration=TEXT,
        sample_offset=INT,
        sample_count=INT,
        key_frame_count=INT,
        object_timerange=TEXT,
        tags=TEXT,  # as `rows.segment_tags_text` writes them; null for none
        instances=TEXT,  # copied from the object: a listing is one select with no join
        init_object_id=TEXT,
        init_instances=TEXT,
        created_us=INT,
        event_id=TEXT,  # the segments_added event that announces it
    ),
    sorting_key=("flow_id", "start_time"),
    # With the timerange, because a running deletion may hide it. It is a copy of the largest table.
    projections=(Projection("segments_by_object_2", ("object_id",), ("flow_id", "timerange")),),
)

OBJECTS = Table(
    "objects",
    columns(
        id=TEXT,
        kind=TEXT,  # media | init; null until first registered
        state=TEXT,  # allocated | referenced | doomed
        flow_id=TEXT,  # the Flow it was allocated for, and so the first to use it
        flow_created_us=INT,  # distinguishes that Flow from a later one with the same id
        content_type=TEXT,
        timerange=TEXT,
        init_object_id=TEXT,
        key_frame_count=INT,
        instances=TEXT,
        reference_count=INT,  # segments that use it, or media objects that need it as init
        created_us=INT,
        doomed_us=INT,
        registers=TEXT,  # the headers of an upload that is to register a Segment by itself, as JSON
        size=INT,  # bytes; this and the next two are null until S3 reports the upload
        etag=TEXT,
        uploaded_us=INT,
        fault=TEXT,  # why the upload did not register its Segment, as JSON of error.json
        event_id=TEXT,  # the operation that allocated it, to settle a lost commit
        revision=INT,
    ),
    sorting_key=("id",),
    projections=(
        # The sweeper's, each minute. Neither holds the other's time, so VAST cannot take the wrong one.
        Projection("objects_by_state_2", ("state", "created_us"), ("id", "registers", "fault")),
        Projection("objects_by_doom", ("state", "doomed_us"), ("id",)),
        Projection("objects_by_init", ("init_object_id",), ("id", "kind")),
    ),
)

COPIES = Table(
    "copies",
    columns(
        id=TEXT,
        object_id=TEXT,
        storage_id=TEXT,
        object_created_us=INT,
        created_us=INT,
        cancelled=BOOL,
        attempts=INT,
        next_us=INT,
        error=TEXT,
        event_id=TEXT,
        revision=INT,
    ),
    sorting_key=("id",),
    projections=(
        # The ids only: a copy is changed at each attempt, and then found by its id.
        Projection("copies_by_object", ("object_id",), ("id",)),
        Projection("copies_by_next_attempt", ("next_us",), ("id",)),
    ),
)

BATCHES = Table(
    "batches",
    columns(
        id=TEXT,  # a hash of the caller's name and the Idempotency-Key
        digest=TEXT,  # of the request
        outcomes=TEXT,  # one for each item done so far, as JSON: null, or why it failed
        created_us=INT,
        event_id=TEXT,
        revision=INT,
    ),
    sorting_key=("id",),
    projections=(Projection("batches_by_creation", ("created_us",)),),
)

PROFILES = Table(
    "profiles",
    columns(
        id=TEXT,
        format=TEXT,
        codec=TEXT,
        label=TEXT,
        document=TEXT,
        created_us=INT,
        event_id=TEXT,
    ),
    sorting_key=("id",),
)

DELETION_REQUESTS = Table(
    "deletion_requests",
    columns(
        id=TEXT,
        flow_id=TEXT,
        delete_flow=BOOL,
        status=TEXT,
        document=TEXT,
        timeline=TEXT,  # the summary of a deleted Flow, as JSON
        cascade=TEXT,  # what to delete of a Source, as JSON; null for other requests
        auth_classes=TEXT,  # of the Flow, as JSON
        created_us=INT,
        updated_us=INT,
        expiry_us=INT,
        event_id=TEXT,
        revision=INT,
    ),
    sorting_key=("id",),
    projections=(
        Projection("deletion_requests_by_status", ("status", "updated_us"), ("id",)),
        _listed_by("deletion_requests", "created_us", ()),
        _listed_by("deletion_requests", "expiry_us", ()),
    ),
)

SERVICE = Table(
    "service",
    columns(
        name=TEXT,
        description=TEXT,
        believed_us=INT,  # the time that decides what is old enough to delete
        event_id=TEXT,
        swept_us=INT,  # when the sweeper last ran
        revision=INT,
    ),
)

GUARDS = Table(
    "guards",
    columns(
        slot=INT,
        moment_us=INT,  # when the last holder of one of its ids was deleted
        revision=INT,
    ),
    sorting_key=("slot",),
)

SCHEMA_VERSION = Table(
    "schema_version",
    columns(
        version=INT,  # the number of the last migration that ended
        oldest_reader=INT,  # the version that a release must know to use the tables
        revision=INT,
    ),
)
