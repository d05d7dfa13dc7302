"""Stores the catalog as rows of the same SQLite file, so that it commits with the data."""

# ruff: noqa: S608 - the names in our SQL are made of our own numbers

import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from vastlocal.engine.catalog import Catalog, TableKey
from vastlocal.engine.connections import Connection
from vastlocal.engine.definitions import (
    Column,
    Projection,
    SchemaDefinition,
    TableDefinition,
)

_TABLES = """
CREATE TABLE IF NOT EXISTS vl_schemas (
    id INTEGER PRIMARY KEY, bucket TEXT, path TEXT, properties TEXT);
CREATE TABLE IF NOT EXISTS vl_tables (
    id INTEGER PRIMARY KEY, bucket TEXT, path TEXT, name TEXT, arrow_schema BLOB, layout TEXT);
CREATE TABLE IF NOT EXISTS vl_stats (
    table_id INTEGER PRIMARY KEY, rows INTEGER, next_row_id INTEGER, bytes INTEGER,
    inserted INTEGER);
"""


def create(connection: Connection) -> None:
    """Creates the catalog's own tables if they are missing."""
    connection.sqlite.executescript(_TABLES)


def load(connection: Connection) -> Catalog:
    schemas = {
        (bucket, path): SchemaDefinition(schema_id, properties)
        for schema_id, bucket, path, properties in connection.execute("SELECT * FROM vl_schemas")
    }
    tables: dict[TableKey, TableDefinition] = {}
    for table_id, bucket, path, name, octets, layout in connection.execute(
        "SELECT * FROM vl_tables"
    ):
        schema = pa.ipc.read_schema(pa.py_buffer(octets))
        tables[bucket, path, name] = _table(table_id, name, schema, json.loads(layout))
    return Catalog(MappingProxyType(schemas), MappingProxyType(tables))


def _table(table_id: int, name: str, schema: pa.Schema, layout: dict[str, Any]) -> TableDefinition:
    columns = zip(layout["column_ids"], schema, strict=True)
    written = layout["written_ids"]
    return TableDefinition(
        id=table_id,
        name=name,
        columns=tuple(Column(column_id, field) for column_id, field in columns),
        next_column_id=layout["next_column_id"],
        sorting_key=tuple(layout["sorting_key"]),
        projections=tuple(
            Projection(p["id"], p["name"], tuple(p["sorted"]), tuple(p["unsorted"]))
            for p in layout["projections"]
        ),
        has_external_row_ids=layout["external_row_ids"],
        written_ids=None if written is None else frozenset(written),
    )


def _layout(table: TableDefinition) -> str:
    layout = {
        "column_ids": [column.id for column in table.columns],
        "next_column_id": table.next_column_id,
        "sorting_key": table.sorting_key,
        "projections": [
            {"id": p.id, "name": p.name, "sorted": p.sorted_ids, "unsorted": p.unsorted_ids}
            for p in table.projections
        ],
        "external_row_ids": table.has_external_row_ids,
        "written_ids": None if table.written_ids is None else sorted(table.written_ids),
    }
    return json.dumps(layout)


def store_changes(connection: Connection, old: Catalog, new: Catalog) -> None:
    """Writes the difference: catalog rows, physical tables, columns and indexes."""
    _store_schemas(connection, old, new)
    before = {table.id: (key, table) for key, table in old.tables.items()}
    after = {table.id: (key, table) for key, table in new.tables.items()}
    for table_id in before.keys() - after.keys():
        connection.execute(f"DROP TABLE IF EXISTS t{table_id}")
        connection.execute("DELETE FROM vl_tables WHERE id = ?", (table_id,))
        connection.execute("DELETE FROM vl_stats WHERE table_id = ?", (table_id,))
    for table_id, (key, table) in after.items():
        known = before.get(table_id)
        if known is None or known[0] != key or known[1] is not table:
            arrow_schema = pa.schema([column.field for column in table.columns])
            connection.execute(
                "INSERT OR REPLACE INTO vl_tables VALUES (?, ?, ?, ?, ?, ?)",
                (table_id, *key, arrow_schema.serialize().to_pybytes(), _layout(table)),
            )
            for statement in _physical_changes(known[1] if known else None, table):
                connection.execute(statement)


def _store_schemas(connection: Connection, old: Catalog, new: Catalog) -> None:
    if old.schemas is new.schemas:
        return
    before = {schema.id: (key, schema) for key, schema in old.schemas.items()}
    after = {schema.id: (key, schema) for key, schema in new.schemas.items()}
    for schema_id in before.keys() - after.keys():
        connection.execute("DELETE FROM vl_schemas WHERE id = ?", (schema_id,))
    for schema_id, (key, schema) in after.items():
        if before.get(schema_id) != (key, schema):
            connection.execute(
                "INSERT OR REPLACE INTO vl_schemas VALUES (?, ?, ?, ?)",
                (schema_id, *key, schema.properties),
            )


def _physical_changes(old: TableDefinition | None, new: TableDefinition) -> Iterator[str]:
    """SQL that applies the change to the physical table.

    A dropped column's cells stay until the table is dropped: rewriting a large table to remove them would
    block every other commit.
    """
    name = new.physical_name
    if old is None:
        cells = "".join(f", c{column_id}" for column_id in new.physical_ids)
        yield f"CREATE TABLE {name} (row_id INTEGER PRIMARY KEY{cells})"
        yield f"INSERT OR IGNORE INTO vl_stats VALUES ({new.id}, 0, 0, 0, 0)"
    else:
        for column_id in sorted(set(new.physical_ids) - set(old.physical_ids)):
            yield f"ALTER TABLE {name} ADD COLUMN c{column_id}"
    had = {index.name for index in old.indexes} if old else set()
    for gone in sorted(had - {index.name for index in new.indexes}):
        yield f"DROP INDEX {gone}"
    for index in new.indexes:
        if index.name not in had:
            cells = ", ".join(f"c{column_id}" for column_id in index.column_ids)
            yield f"CREATE INDEX {index.name} ON {name} ({cells})"
