"""The tables on VAST: their columns, their units, their sort orders.

Those of Objects, events and the service itself are in modules of their own, and what is deleted goes to
`recycle_bin_table`. Columns are defined nowhere else.

Suffixes give the unit: `_time` is media time (nanoseconds as `media_time` writes them, ADR 2), `_us` is
microseconds of wall clock since 1970 (UTC). Ranges are half-open, `[start_time, end_time)`. A `document` is
JSON text of a model of the specification. Every transaction whose decision rests on a row writes its
`revision`, so that two of them collide (ADR 3).

VAST uses a projection only for a select of which it holds all columns, those compared and those sent. So each
has the columns of the selects that it is for, and no others: VAST rewrites it when one of them changes. One
of a release whose columns change gets a new name (ADR 29).
"""

from tams.repositories.table import BOOL, INT, TEXT, Projection, Table, columns, listed_by

_FLOW_FILTERS = (
    "source_id", "format", "codec", "label", "profile_id", "status", "frame_width", "frame_height",
    "init_segments", "tags",
)  # fmt: skip
"""Columns that listings filter by, except those that change with each Segment."""


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
        coverage=TEXT,  # which stretches of its `coverage` rows are out of date, as JSON
        coverage_us=INT,  # since when some are; null while none is
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
        # Written when the first Segments come after a summary, and when they are summed up.
        Projection("flows_by_coverage", ("coverage_us",), ("id",)),
        Projection("flows_by_profile", ("profile_id",), ("id",)),
        listed_by("flows", "created_us", _FLOW_FILTERS),
        listed_by("flows", "metadata_updated_us", _FLOW_FILTERS),
        listed_by("flows", "label", _FLOW_FILTERS),
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
        listed_by("sources", "created_us", _SOURCE_FILTERS),
        listed_by("sources", "updated_us", _SOURCE_FILTERS),
        listed_by("sources", "label", _SOURCE_FILTERS),
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
