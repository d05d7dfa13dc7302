"""Writes all tables of a store as Parquet, from one snapshot."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from backup.arrow_rows import arrow_schema, read_rows
from backup.folder import entry_of, new_file, new_folder, write_manifest
from backup.manifest import FileEntry, Manifest, TableEntry
from tams import __version__
from tams.errors import BackendUnavailableError, InvalidRequestError
from tams.ports import Progress
from tams.repositories.all_tables import ALL
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.provision import version_of
from tams.repositories.schema_version import KNOWN, SchemaVersion, fault_of
from tams.repositories.service_tables import SCHEMA_VERSION
from tams.repositories.session import VastConnection
from tams.repositories.snapshot import SnapshotDatabase
from tams.repositories.table import Table
from tams.repositories.transaction import VastTransaction

COPIED = tuple(table for table in ALL if table is not SCHEMA_VERSION)
"""The manifest has the schema version."""

_GROUP_BYTES, _GROUP_ROWS = 8 << 20, 65_536
"""Of a row group, which is written, and later inserted, at once."""
_FILE_GROUPS = 256
"""The end of a file describes its row groups, and is held in memory."""


def export_store(
    connection: VastConnection, folder: Path, progress: Progress, now: datetime
) -> Manifest:
    """Raises InvalidRequestError for the folder, BackendUnavailableError for VAST and its tables."""
    with new_folder(folder), SnapshotDatabase(connection).snapshot() as transaction:
        version = _checked(transaction, connection)
        tables = [_export_table(transaction, table, folder, progress) for table in COPIED]
        manifest = Manifest(
            id=str(uuid4()),
            begun=now,
            package_version=__version__,
            schema_version=version.version,
            oldest_reader=version.oldest_reader,
            tables=tuple(tables),
        )
        write_manifest(folder, manifest)
    return manifest


def _checked(transaction: VastTransaction, connection: VastConnection) -> SchemaVersion:
    """The tables must be those of this release: it does not know the columns of others."""
    definitions = Definitions(transaction, connection)
    found = version_of(transaction, definitions)
    if found is None:
        raise BackendUnavailableError(f"there is no store in the schema {connection.schema!r}")
    if found.version > KNOWN:
        raise InvalidRequestError(
            f"the tables have schema version {found.version}, but this release knows only {KNOWN}: "
            "export with the release that migrated them, so that no column is left out"
        )
    if fault := fault_of(found):
        raise BackendUnavailableError(fault)
    if missing := [table.name for table in ALL if not definitions.has(table)]:
        raise BackendUnavailableError(f"tables are missing on VAST: {', '.join(missing)}")
    return found


def _export_table(
    transaction: VastTransaction, table: Table, folder: Path, progress: Progress
) -> TableEntry:
    expected = transaction.count(table, None)
    progress.stage(table.name)
    progress.begin(expected)
    files = list(_export_files(transaction, table, folder, progress))
    rows = sum(file.rows for file in files)
    if rows != expected:
        raise BackendUnavailableError(
            f"VAST counted {expected} rows in {table.name}, but sent {rows}: export again"
        )
    return TableEntry(name=table.name, columns=table.names, rows=rows, files=tuple(files))


def _export_files(
    transaction: VastTransaction, table: Table, folder: Path, progress: Progress
) -> Iterator[FileEntry]:
    schema, number = arrow_schema(table.columns), 0
    groups = _groups(transaction, table)
    group = next(groups, None)
    while group is not None:
        path, rows, count = folder / f"{table.name}-{number:05}.parquet", 0, 0
        with (
            new_file(path) as file,
            pq.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            while group is not None and count < _FILE_GROUPS:
                writer.write_table(group, row_group_size=group.num_rows)
                progress.advance(group.num_rows)
                rows, count = rows + group.num_rows, count + 1
                group = next(groups, None)
        yield entry_of(path, rows, count)
        number += 1


def _groups(transaction: VastTransaction, table: Table) -> Iterator[pa.Table]:
    """Rows that go together, of which one group at a time is held."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in read_rows(transaction, table):
        if held and (rows + batch.num_rows > _GROUP_ROWS or size + batch.nbytes > _GROUP_BYTES):
            yield pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
        if batch.num_rows:
            held.append(batch)
            rows, size = rows + batch.num_rows, size + batch.nbytes
    if held:
        yield pa.Table.from_batches(held)
