"""What an operator wants to know about the tables before changing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tams.repositories.all_tables import ALL
from tams.repositories.database import Database
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.numbered import MIGRATIONS
from tams.repositories.provision import version_of
from tams.repositories.reconcile import differences
from tams.repositories.schema_version import KNOWN, SchemaVersion, fault_of
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


def to_do(connection: VastConnection) -> list[str]:
    """What `provision` would do, and what it could not, in one line each. Changes nothing.

    Raises BackendUnavailableError.
    """

    def look(transaction: VastTransaction) -> list[str]:
        definitions = Definitions(transaction, connection)
        version = version_of(transaction, definitions)
        if version is None:
            return ["there are no tables: all will be created"]
        if version.version > KNOWN:
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
        rows = {
            table.name: definitions.count_rows(table) if definitions.has(table) else None
            for table in ALL
        }
        return SchemaStatus(version_of(transaction, definitions), rows)

    return Database(connection).read(look)
