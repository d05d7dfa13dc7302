"""The steps of migrations: definitions that are added or dropped, each in one transaction."""

from dataclasses import dataclass

from tams.repositories.migrations.migration import Turn
from tams.repositories.table import Table


@dataclass(frozen=True)
class AddTables:
    tables: tuple[Table, ...]

    def run(self, turn: Turn) -> list[str]:
        return turn.define(lambda it: [line for table in self.tables for line in it.create(table)])


@dataclass(frozen=True)
class AddColumns:
    """New columns are null on every existing row: a `BackFill` must follow where null would be wrong."""

    table: Table
    names: tuple[str, ...]

    def run(self, turn: Turn) -> list[str]:
        return turn.define(lambda it: it.add_columns(self.table, self.names))


@dataclass(frozen=True)
class AddProjections:
    """Adds the projections that the table has in this release.

    One of a column that a later migration adds must be added again after that column.
    """

    table: Table

    def run(self, turn: Turn) -> list[str]:
        return turn.define(lambda it: it.add_projections(self.table))


@dataclass(frozen=True)
class DropProjection:
    table: Table
    name: str

    def run(self, turn: Turn) -> list[str]:
        return turn.define(lambda it: it.drop_projection(self.table, self.name))
