"""The parts of a table on VAST. Source: VAST DataBase, sorted tables and semi-sorted projections."""

from dataclasses import dataclass

from tams.vast.column_types import Columns, ColumnType

CELL_BYTES_MAX = 126 * 1024
"""The largest cell VAST accepts. Source: VAST DataBase limits."""


@dataclass(frozen=True)
class Projection:
    """A semi-sorted copy of a few columns that lets VAST prune by another key."""

    name: str
    sorted_columns: tuple[str, ...]
    unsorted_columns: tuple[str, ...] = ()

    @property
    def columns(self) -> set[str]:
        return {*self.sorted_columns, *self.unsorted_columns}


@dataclass(frozen=True)
class Table:
    """One table: what `provision` creates and `database` reads and writes."""

    name: str
    columns: Columns
    sorting_key: tuple[str, ...] = ()
    projections: tuple[Projection, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)


TEXT, INT, BOOL = ColumnType.TEXT, ColumnType.INT, ColumnType.BOOL


def columns(**types: ColumnType) -> Columns:
    return tuple(types.items())


def listed_by(table: str, column: str, filters: tuple[str, ...]) -> Projection:
    """Lets a page of a listing sorted by a column read the rows near it, and no others (ADR 28)."""
    others = tuple(each for each in filters if each != column)
    name = f"{table}_by_{column.removesuffix('_us')}"
    return Projection(name, (column, "id"), others)
