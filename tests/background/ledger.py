"""What the store itself says has happened, to compare with what others observed."""

from collections.abc import Collection
from typing import Any

from local.stack import Stack
from tams.repositories.database import Database
from tams.repositories.event_tables import EVENTS
from tams.repositories.object_tables import COPIES, OBJECTS
from tams.repositories.rows import instances_from_text
from tams.repositories.service_tables import DELETION_REQUESTS
from tams.repositories.table import Table
from tams.repositories.tables import SEGMENTS
from tams.runtime.vast import vast_connection
from tams.settings import Settings
from tams.vast.where import col

Row = dict[str, Any]

NOBODY = "nobody"
"""An id that is never given: VAST cannot be asked for none at all."""


def database_of(stack: Stack) -> Database:
    """The stack's VAST, as its functions reach it."""
    import os  # noqa: PLC0415 - only to lend the functions' variables to Settings

    kept = dict(os.environ)
    os.environ.update(stack.settings_env())
    try:
        return Database(vast_connection(Settings()))
    finally:
        os.environ.clear()
        os.environ.update(kept)


def events_of(database: Database, source_ids: Collection[str]) -> list[Row]:
    """All events of these Sources, in the order they happened."""
    columns = ["id", "event_type", "flow_id", "source_id", "created_us"]
    rows = rows_of(database, EVENTS, col["source_id"].isin([*source_ids, NOBODY]), columns)
    return sorted(rows, key=lambda row: row["created_us"])


def objects_of(database: Database, flow_ids: Collection[str]) -> dict[str, str]:
    """The state of each Object that was allocated for these Flows."""
    predicate = col["flow_id"].isin([*flow_ids, NOBODY])
    rows = rows_of(database, OBJECTS, predicate, ["id", "state"])
    return {row["id"]: row["state"] for row in rows}


def objects_in_use(database: Database, flow_ids: Collection[str]) -> set[str]:
    """Objects that Segments of these Flows play."""
    rows = rows_of(database, SEGMENTS, col["flow_id"].isin([*flow_ids, NOBODY]), ["object_id"])
    return {row["object_id"] for row in rows}


def instances_of(database: Database, object_ids: Collection[str]) -> dict[str, set[str]]:
    """The storage backends on which each of these Objects has its bytes; what is gone is not in it."""
    predicate = col["id"].isin([*object_ids, NOBODY])
    rows = rows_of(database, OBJECTS, predicate, ["id", "instances"])
    return {
        row["id"]: {
            each.storage_id for each in instances_from_text(row["instances"]) if each.storage_id
        }
        for row in rows
    }


def waiting_uploads(database: Database, object_ids: Collection[str]) -> set[str]:
    """Those of these Objects that neither became a Segment nor say why not."""
    predicate = col["id"].isin([*object_ids, NOBODY]) & (col["state"] == "allocated")
    rows = rows_of(database, OBJECTS, predicate, ["id", "fault"])
    return {row["id"] for row in rows if row["fault"] is None}


def copies_of(database: Database, object_ids: Collection[str]) -> list[Row]:
    """Instances on their way, or on their way out."""
    rows = rows_of(database, COPIES, None, ["object_id", "storage_id", "attempts", "error"])
    return [row for row in rows if row["object_id"] in object_ids]


def unfinished_deletions(database: Database, flow_ids: Collection[str]) -> list[Row]:
    rows = rows_of(
        database, DELETION_REQUESTS, col["flow_id"].isin([*flow_ids, NOBODY]), ["id", "status"]
    )
    return [row for row in rows if row["status"] != "done"]


def rows_of(database: Database, table: Table, predicate: Any, columns: list[str]) -> list[Row]:
    return database.read(lambda transaction: transaction.select(table, predicate, columns))
