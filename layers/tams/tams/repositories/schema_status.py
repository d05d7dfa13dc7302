"""What an operator wants to know about the tables before changing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tams.repositories.database import Database
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.numbered import MIGRATIONS
from tams.repositories.projections import ProjectionStatus, status_of
from tams.repositories.provision import version_of
from tams.repositories.schema_version import IMPORTING, SchemaVersion, fault_of
from tams.repositories.session import VastConnection
from tams.repositories.table_facts import TableFacts
from tams.repositories.tables import ALL
from tams.repositories.transaction import VastTransaction


@dataclass(frozen=True)
class SchemaStatus:
    version: SchemaVersion | None
    """None when there are no tables."""
    tables: Mapping[str, TableFacts | None]
    """By name. None for a missing table."""
    projections: Sequence[ProjectionStatus]

    @property
    def rows(self) -> Mapping[str, int | None]:
        """By table. None for a missing table."""
        return {name: facts.rows if facts else None for name, facts in self.tables.items()}

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
        return self.fault is None and not self.pending and None not in self.tables.values()


def stores_beside(connection: VastConnection) -> list[str]:
    """The other schemas of the same database bucket that hold a store. Raises BackendUnavailableError."""
    return Database(connection).read(lambda it: Definitions(it, connection).stores_beside())


def schema_status(connection: VastConnection) -> SchemaStatus:
    """Raises BackendUnavailableError."""

    def look(transaction: VastTransaction) -> SchemaStatus:
        definitions = Definitions(transaction, connection)
        facts = {
            table.name: definitions.facts(table) if definitions.has(table) else None
            for table in ALL
        }
        with_projections = [table for table in ALL if table.projections]
        projections = status_of(definitions, with_projections)
        return SchemaStatus(version_of(transaction, definitions), facts, projections)

    return Database(connection).read(look)
