"""The tables of Objects and of their copies. The rules for columns are in `tables`."""

from tams.repositories.table import BOOL, INT, TEXT, Projection, Table, columns

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
