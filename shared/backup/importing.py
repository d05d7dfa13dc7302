"""Fills an empty schema from an export. It may be killed at any point and run again.

Rows go in by row groups, each in one transaction that also counts it in `import_progress`. So no group is
missing and none is there twice, whatever happens. Until all rows are there the schema has a version that no
release uses or migrates. The table `import_progress` is dropped last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from backup.arrow_rows import arrow_schema, insert_rows
from backup.checking import check_files
from backup.exporting import COPIED
from backup.folder import read_manifest
from backup.manifest import Manifest
from tams.errors import BackendUnavailableError, InvalidRequestError
from tams.ports import Progress
from tams.repositories.database import CONTENDED, Database
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.provision import PATIENCE_SECONDS, provision
from tams.repositories.schema_version import IMPORTING, KNOWN
from tams.repositories.service_tables import SCHEMA_VERSION
from tams.repositories.session import VastConnection
from tams.repositories.table import INT, TEXT, Table, columns
from tams.repositories.transaction import ROW_ID, VastTransaction, Witness
from tams.vast.where import col

PROGRESS = Table(
    "import_progress",
    columns(
        export_id=TEXT,
        name=TEXT,  # of the table
        row_groups=INT,  # that are there
        revision=INT,
    ),
)

_HELD = (
    "another import holds the tables: one that still runs, or one that was killed and whose transaction VAST "
    "has not ended yet. Run it again in a few minutes"
)


def import_store(connection: VastConnection, folder: Path, progress: Progress) -> list[str]:
    """Returns one line for each change of the tables.

    Raises InvalidRequestError for the folder and for a schema that is not empty, BackendUnavailableError for
    VAST; after the latter, running it again goes on.
    """
    manifest = read_manifest(folder)
    tables = _tables(manifest)
    check_files(folder, manifest, progress)
    database = Database(connection, patience_seconds=PATIENCE_SECONDS)
    run = _Import(connection, database, folder, manifest, tables)
    done = database.write(run.start)
    run.load(progress)
    database.read(run.check)
    database.write(run.end_loading)
    done += provision(connection)
    database.write(run.end)
    return done


def _tables(manifest: Manifest) -> dict[str, Table]:
    """The tables as they were exported, without projections, which `provision` adds to the loaded rows.

    Raises InvalidRequestError for tables that no release had.
    """
    if manifest.schema_version > KNOWN:
        raise InvalidRequestError(
            f"the export has schema version {manifest.schema_version}, but this release knows only {KNOWN}: "
            f"import it with the release that made it ({manifest.package_version})"
        )
    defined = {table.name: table for table in COPIED}
    tables: dict[str, Table] = {}
    for entry in manifest.tables:
        table = defined.get(entry.name)
        unknown = set(entry.columns) - set(table.names) if table else {entry.name}
        if table is None or unknown:
            raise InvalidRequestError(
                f"the export has {'columns' if table else 'a table'} that this release does not know: "
                f"{', '.join(sorted(unknown))}"
            )
        if entry.name in tables:
            raise InvalidRequestError(f"the export has the table {entry.name} twice")
        types = tuple((name, type_) for name, type_ in table.columns if name in entry.columns)
        tables[entry.name] = Table(entry.name, types, table.sorting_key)
    if manifest.schema_version == KNOWN:
        _check_whole(tables, defined)
    return tables


def _check_whole(tables: Mapping[str, Table], defined: Mapping[str, Table]) -> None:
    """No migration would add what is missing from tables of this version."""
    for name, table in defined.items():
        if name not in tables:
            raise InvalidRequestError(f"the export is damaged: the table {name} is missing")
        if missing := set(table.names) - set(tables[name].names):
            raise InvalidRequestError(
                f"the export is damaged: {name} lacks {', '.join(sorted(missing))}"
            )


@dataclass
class _Import:
    connection: VastConnection
    database: Database
    folder: Path
    manifest: Manifest
    tables: Mapping[str, Table]
    _loaded: dict[str, int] = field(default_factory=dict)
    """Row groups that are there, by table."""

    def start(self, transaction: VastTransaction) -> list[str]:
        """Makes all tables in one transaction, or finds how far an earlier run came."""
        definitions = Definitions(transaction, self.connection)
        if definitions.has(PROGRESS):
            self._resume(transaction)
            return []
        if definitions.names:
            raise InvalidRequestError(
                f"the schema {self.connection.schema!r} is not empty, and an import never mixes with "
                "existing data: name a new schema in TAMS_VAST__SCHEMA, or drop this one first"
            )
        done = definitions.create_schema()
        for table in (PROGRESS, SCHEMA_VERSION, *self.tables.values()):
            done += definitions.create(table)
        rows = [
            {"export_id": self.manifest.id, "name": name, "row_groups": 0, "revision": 0}
            for name in self.tables
        ]
        transaction.insert(PROGRESS, rows)
        version = {"version": IMPORTING, "oldest_reader": IMPORTING, "revision": 0}
        transaction.insert(SCHEMA_VERSION, [version])
        transaction.witness = Witness(PROGRESS, col["export_id"] == self.manifest.id)
        self._loaded = dict.fromkeys(self.tables, 0)
        return done

    def load(self, progress: Progress) -> None:
        for entry in self.manifest.tables:
            progress.stage(entry.name)
            progress.begin(entry.rows)
            number = 0
            for each in entry.files:
                with pq.ParquetFile(self.folder / each.name) as file:
                    for group in range(each.row_groups):
                        if number >= self._loaded[entry.name]:
                            self._load_group(entry.name, number, file, group)
                        progress.advance(file.metadata.row_group(group).num_rows)
                        number += 1

    def check(self, transaction: VastTransaction) -> None:
        for entry in self.manifest.tables:
            found = transaction.count(self.tables[entry.name], None)
            if found != entry.rows:
                raise BackendUnavailableError(
                    f"{entry.name} has {found} rows, but {entry.rows} were exported: drop the schema "
                    f"{self.connection.schema!r} and import again"
                )

    def end_loading(self, transaction: VastTransaction) -> None:
        """From now on the tables are those of a store, and migrations may run on them."""
        columns_read = ["version", "revision"]
        (row,) = transaction.select(SCHEMA_VERSION, None, columns_read, with_row_id=True)
        if row["version"] == IMPORTING:
            changed = {
                ROW_ID: row[ROW_ID],
                "version": self.manifest.schema_version,
                "oldest_reader": self.manifest.oldest_reader,
                "revision": row["revision"] + 1,
            }
            transaction.update(SCHEMA_VERSION, [changed])

    def end(self, transaction: VastTransaction) -> list[str]:
        return Definitions(transaction, self.connection).drop(PROGRESS)

    def _resume(self, transaction: VastTransaction) -> None:
        rows = transaction.select(PROGRESS, None, ["export_id", "name", "row_groups"])
        if {row["export_id"] for row in rows} != {self.manifest.id}:
            raise InvalidRequestError(
                f"the import of another export is unfinished in the schema {self.connection.schema!r}: "
                "end that one, or name another schema in TAMS_VAST__SCHEMA"
            )
        self._loaded = {row["name"]: row["row_groups"] for row in rows}

    def _load_group(self, name: str, number: int, file: pq.ParquetFile, group: int) -> None:
        table = self.tables[name]
        schema = arrow_schema(table.columns)
        rows = file.read_row_group(group).select(schema.names).cast(schema)

        def work(transaction: VastTransaction) -> None:
            of_table = col["name"] == name
            columns_read = ["row_groups", "revision"]
            (row,) = transaction.select(PROGRESS, of_table, columns_read, with_row_id=True)
            if row["row_groups"] > number:
                return  # another import of the same export did it
            changed = {"row_groups": number + 1, "revision": row["revision"] + 1}
            transaction.update(PROGRESS, [{ROW_ID: row[ROW_ID], **changed}])
            for batch in rows.to_batches():
                insert_rows(transaction, table, batch)
            there = of_table & (col["row_groups"] > number)
            transaction.witness = Witness(PROGRESS, there)

        try:
            self.database.write(work)
        except BackendUnavailableError as error:
            if str(error) == CONTENDED:
                raise BackendUnavailableError(_HELD) from error
            raise
