"""What an operator wants to know about the tables before changing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.numbered import MIGRATIONS
from tams.repositories.provision import version_of
from tams.repositories.schema_version import SchemaVersion, fault_of
from tams.repositories.session import VastConnection
from tams.repositories.transaction import VastTransaction


@dataclass(frozen=True)
class SchemaStatus:
    version: SchemaVersion | None
    """None when there are no tables."""
    rows: Mapping[str, int | None]
    """By table, from VAST's statistics. None for a missing table."""

    @property
    def pending(self) -> Sequence[Migration]:
        """The migrations that `provision` would run."""
        return MIGRATIONS[self.version.version if self.version else 0 :]

    @property
    def fault(self) -> str | None:
        """Why this release cannot use the tables."""
        return fault_of(self.version)

    @property
    def is_ready(self) -> bool:
        return self.fault is None and not self.pending and None not in self.rows.values()


def schema_status(connection: VastConnection) -> SchemaStatus:
    """Raises BackendUnavailableError."""

    def look(transaction: VastTransaction) -> SchemaStatus:
        definitions = Definitions(transaction, connection)
        rows = {
            table.name: definitions.count_rows(table) if definitions.has(table) else None
            for table in ALL
        }
        return SchemaStatus(version_of(transaction, definitions), rows)

    return Database(connection).read(look)
