"""What the store itself says has happened, to hold against what others saw of it."""

from collections.abc import Collection
from typing import Any

import ibis

from local.stack import Stack
from tams.repositories.database import Database
from tams.repositories.table import Table
from tams.repositories.tables import DELETION_REQUESTS, EVENTS, OBJECTS, SEGMENTS
from tams.runtime.aws import vast_connection
from tams.runtime.settings import Settings

Row = dict[str, Any]


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
    rows = rows_of(database, EVENTS, ibis._.source_id.isin(list(source_ids)), columns)
    return sorted(rows, key=lambda row: row["created_us"])


def objects_of(database: Database, flow_ids: Collection[str]) -> dict[str, str]:
    """The state of each Object that was allocated for these Flows."""
    predicate = ibis._.flow_id.isin(list(flow_ids))
    rows = rows_of(database, OBJECTS, predicate, ["id", "state"])
    return {row["id"]: row["state"] for row in rows}


def objects_in_use(database: Database, flow_ids: Collection[str]) -> set[str]:
    """Objects that Segments of these Flows play."""
    rows = rows_of(database, SEGMENTS, ibis._.flow_id.isin(list(flow_ids)), ["object_id"])
    return {row["object_id"] for row in rows}


def unfinished_deletions(database: Database, flow_ids: Collection[str]) -> list[Row]:
    rows = rows_of(
        database, DELETION_REQUESTS, ibis._.flow_id.isin(list(flow_ids)), ["id", "status"]
    )
    return [row for row in rows if row["status"] != "done"]


def rows_of(database: Database, table: Table, predicate: Any, columns: list[str]) -> list[Row]:
    return database.read(lambda transaction: transaction.select(table, predicate, columns))
