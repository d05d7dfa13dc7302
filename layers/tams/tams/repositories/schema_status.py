"""What an operator wants to know about the tables before changing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.numbered import MIGRATIONS
from tams.repositories.projections import ProjectionStatus, status_of
from tams.repositories.provision import version_of
from tams.repositories.reconcile import differences
from tams.repositories.schema_version import IMPORTING, KNOWN, SchemaVersion, fault_of
from tams.repositories.session import VastConnection
from tams.repositories.table import Table
from tams.repositories.transaction import VastTransaction
from tams.vast.lists import TableStats


@dataclass(frozen=True)
class TableFacts:
    """What VAST says about a table. Its statistics may lag by seconds."""

    stats: TableStats
    sorting_key: tuple[str, ...]


@dataclass(frozen=True)
class SchemaStatus:
    version: SchemaVersion | None
    """None when there are no tables."""
    tables: Mapping[str, TableFacts | None]
    """By name. None for a missing table."""
    projections: Sequence[ProjectionStatus]
    differences: Sequence[str]
    """What differs from tables of this release, if they have its version."""

    @property
    def rows(self) -> Mapping[str, int | None]:
        """By table. None for a missing table."""
        return {name: facts.stats.rows if facts else None for name, facts in self.tables.items()}

    @property
    def pending(self) -> Sequence[Migration]:
        """The migrations that `provision` would run. It refuses tables that are still being imported."""
        if self.version is None:
            return MIGRATIONS
        return () if self.version.version == IMPORTING else MIGRATIONS[self.version.version :]

    @property
    def fault(self) -> str | None:
        """Why this release cannot use the tables."""
        return fault_of(self.version)

    @property
    def is_ready(self) -> bool:
        return self.fault is None and not self.pending and None not in self.rows.values()


def to_do(connection: VastConnection) -> list[str]:
    """What `provision` would do, and what it could not, in one line each. Changes nothing.

    Raises BackendUnavailableError.
    """

    def look(transaction: VastTransaction) -> list[str]:
        definitions = Definitions(transaction, connection)
        version = version_of(transaction, definitions)
        if version is None:
            return ["there are no tables: all will be created"]
        if version.version > KNOWN or version.version == IMPORTING:
            return [fault] if (fault := fault_of(version)) else []
        pending = [
            f"migration {each.number} is pending: {each.title}"
            for each in MIGRATIONS[version.version :]
        ]
        return pending or [each.words for each in differences(definitions)]

    return Database(connection).read(look)


def schema_status(connection: VastConnection) -> SchemaStatus:
    """Raises BackendUnavailableError."""

    def look(transaction: VastTransaction) -> SchemaStatus:
        definitions = Definitions(transaction, connection)
        version = version_of(transaction, definitions)
        tables = {table.name: _facts(definitions, table) for table in ALL}
        projections = status_of(definitions, [table for table in ALL if table.projections])
        is_ours = version is not None and version.version == KNOWN
        found = [each.words for each in differences(definitions)] if is_ours else []
        return SchemaStatus(version, tables, projections, found)

    return Database(connection).read(look)


def stores_beside(connection: VastConnection) -> list[str]:
    """The other schemas that hold a store. Raises BackendUnavailableError."""
    return Database(connection).read(lambda it: Definitions(it, connection).stores_beside())


def _facts(definitions: Definitions, table: Table) -> TableFacts | None:
    if not definitions.has(table):
        return None
    return TableFacts(definitions.stats(table), definitions.sorting_key(table))
