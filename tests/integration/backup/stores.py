"""Rows for tests of exports, and ways to compare stores row by row."""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from backup.arrow_rows import arrow_schema, insert_rows
from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.service_tables import SCHEMA_VERSION
from tams.repositories.session import VastConnection
from tams.repositories.table import INT, TEXT, Table
from tams.repositories.tables import SEGMENTS
from tams.repositories.transaction import VastTransaction

Json = dict[str, Any]


class Silence:
    """`tams.ports.Progress`; it notes the stages."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def stage(self, words: str) -> None:
        self.stages.append(words)

    def begin(self, total: int) -> None:
        """Not of interest."""

    def advance(self, by: int) -> None:
        """Not of interest."""


def silent() -> Silence:
    return Silence()


def value(kind: Any, name: str, number: int) -> Any:
    if kind is INT:
        return number * 1_000_003 - 7
    if kind is TEXT:
        return f"{name} {number} ünï ✂\n"
    return number % 2 == 0


NEVER_NULL = ("id", "revision")
"""Migrations rely on these."""


def rows_of(table: Table, count: int, **fields: Any) -> list[Json]:
    """Rows in which every third value of each column is null, except in those that are never null."""
    return [
        {
            name: fields.get(
                name,
                None if (at + place) % 3 == 2 and name not in NEVER_NULL else value(kind, name, at),
            )
            for place, (name, kind) in enumerate(table.columns)
        }
        for at in range(count)
    ]


def insert(connection: VastConnection, table: Table, rows: list[Json]) -> None:
    Database(connection).write(lambda it: it.insert(table, rows))


def fill(connection: VastConnection) -> None:
    """Adds rows to every table that may have more than one, with every kind of value in every column."""
    for table in ALL:
        if table.sorting_key and table.name != "guards":
            insert(connection, table, rows_of(table, 25))


def content(connection: VastConnection) -> dict[str, list[str]]:
    """All rows of all tables, in an order of their own."""

    def read(transaction: VastTransaction) -> dict[str, list[str]]:
        return {
            table.name: sorted(
                json.dumps(row, sort_keys=True)
                for row in transaction.select(table, None, table.names)
            )
            for table in ALL
        }

    return Database(connection).read(read)


def same_rows(one: VastConnection, other: VastConnection) -> bool:
    """All tables but that of the version, whose revision counts what happened."""
    here, there = content(one), content(other)
    del here[SCHEMA_VERSION.name], there[SCHEMA_VERSION.name]
    return here == there


def change_manifest(folder: Path, change: Callable[[Json], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def entry_of(manifest: Json, table: str) -> Json:
    found: Json = next(each for each in manifest["tables"] if each["name"] == table)
    return found


def without_column(folder: Path, table: str, column: str) -> None:
    """Make the export one of a table that did not have the column yet."""

    def change(manifest: Json) -> None:
        entry = entry_of(manifest, table)
        entry["columns"].remove(column)
        for file in entry["files"]:
            path = folder / file["name"]
            left = pq.read_table(path).drop_columns([column])
            pq.write_table(left, path, row_group_size=max(1, len(left)))
            file["row_groups"] = pq.ParquetFile(path).metadata.num_row_groups
            file["size_bytes"] = path.stat().st_size
            file["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()

    change_manifest(folder, change)


def without_table(folder: Path, table: str) -> None:
    def change(manifest: Json) -> None:
        manifest["tables"].remove(entry_of(manifest, table))

    change_manifest(folder, change)


def many_segments(connection: VastConnection, count: int, width: int) -> None:
    """Inserts so many rows of about `width` bytes of text each, twenty thousand at a time."""
    schema = arrow_schema(SEGMENTS.columns)
    for first in range(0, count, 20_000):
        numbers = range(first, min(first + 20_000, count))
        columns: dict[str, list[Any]] = {name: [None] * len(numbers) for name in schema.names}
        columns["flow_id"] = [f"flow {number % 10}" for number in numbers]
        columns["start_time"] = [f"{number:012}" for number in numbers]
        columns["instances"] = [f"{number:08}" * (width // 8) for number in numbers]
        batch = pa.RecordBatch.from_pydict(columns, schema=schema)
        Database(connection).write(partial(insert_rows, table=SEGMENTS, batch=batch))
