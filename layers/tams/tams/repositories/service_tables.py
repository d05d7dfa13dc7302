"""The tables about the service itself and its work. The rules for columns are in `tables`."""

from tams.repositories.table import BOOL, INT, TEXT, Projection, Table, columns, listed_by

GUARD_SLOTS = 16_384
"""Rows of `guards`. A new id takes the slot of its hash, so that two creations of one id collide.

There are enough that dozens of simultaneous creations of different ids hardly ever collide.
"""

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

DELETION_REQUESTS = Table(
    "deletion_requests",
    columns(
        id=TEXT,
        flow_id=TEXT,
        delete_flow=BOOL,
        status=TEXT,
        document=TEXT,
        timeline=TEXT,  # the summary of a deleted Flow, as JSON
        cascade=TEXT,  # what to delete of a Source or an Object, as JSON; null for other requests
        covers=TEXT,  # what must not be restored meanwhile: `StoredDeletion.covers`
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
        Projection("deletion_requests_by_covered", ("covers",), ("id", "status")),
        listed_by("deletion_requests", "created_us", ()),
        listed_by("deletion_requests", "expiry_us", ()),
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
