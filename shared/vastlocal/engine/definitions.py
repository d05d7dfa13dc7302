"""Definitions of schemas, tables, columns, sorting keys and projections. All values are immutable."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import pyarrow as pa

from vastlocal.errors import BadRequestError, NotFoundError

ROW_ID = "$row_id"
EXTERNAL_ROW_ID = "vastdb_rowid"
MAX_PLAIN_COLUMNS = 1000
"""Wider tables get their physical columns only when something is written to them."""
_SORTED_ROW_ID_HIGH = 1 << 64
_ROW_ID_MASK = (1 << 64) - 1
ROW_ID_MAX = 1 << 48
"""One more than any row id: a client may ask for it, and never finds it."""


@dataclass(frozen=True, slots=True)
class Column:
    id: int
    field: pa.Field

    @property
    def physical(self) -> str:
        """The name of the SQLite column."""
        return f"c{self.id}"


@dataclass(frozen=True, slots=True)
class Projection:
    id: int
    name: str
    sorted_ids: tuple[int, ...]
    unsorted_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """A SQLite index that implements a sorting key or a projection."""

    name: str
    column_ids: tuple[int, ...]


@dataclass(frozen=True)
class TableDefinition:
    id: int
    name: str
    columns: tuple[Column, ...]
    next_column_id: int
    sorting_key: tuple[int, ...] = ()
    projections: tuple[Projection, ...] = ()
    has_external_row_ids: bool = False
    written_ids: frozenset[int] | None = None
    """For a wide table, the columns that exist physically. None: all do."""

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.field.name: column for column in self.columns}

    @cached_property
    def by_id(self) -> dict[int, Column]:
        return {column.id: column for column in self.columns}

    @cached_property
    def physical_ids(self) -> tuple[int, ...]:
        """Ids of the columns that exist in SQLite, in order."""
        written = self.written_ids
        return tuple(c.id for c in self.columns if written is None or c.id in written)

    @cached_property
    def plans(self) -> dict[Any, Any]:
        """Queries that were worked out for exactly this definition. They go when it does."""
        return {}

    @property
    def is_sorted(self) -> bool:
        return bool(self.sorting_key)

    @property
    def row_id_type(self) -> pa.DataType:
        return pa.decimal128(38, 0) if self.is_sorted else pa.uint64()

    @property
    def physical_name(self) -> str:
        return f"t{self.id}"

    @cached_property
    def indexes(self) -> tuple[Index, ...]:
        """The sorting key first, then projections in order of creation."""
        key = (Index(f"i{self.id}_key", self.sorting_key),) if self.sorting_key else ()
        return key + tuple(
            Index(f"i{self.id}_p{projection.id}", projection.sorted_ids)
            for projection in self.projections
        )

    @property
    def projection_indexes(self) -> Iterator[tuple[Index, Projection]]:
        """Each projection with its index."""
        first = len(self.indexes) - len(self.projections)
        return zip(self.indexes[first:], self.projections, strict=True)

    def column(self, name: str) -> Column:
        """Raises NotFoundError."""
        if (column := self.by_name.get(name)) is None:
            raise NotFoundError(f"table {self.name} has no column {name!r}", "TabularNoSuchColumn")
        return column

    def field(self, name: str) -> pa.Field:
        """The Arrow field of a column or of `$row_id`. Raises NotFoundError."""
        return self._row_id_field if name == ROW_ID else self.column(name).field

    @cached_property
    def _row_id_field(self) -> pa.Field:
        return pa.field(ROW_ID, self.row_id_type)

    def projection(self, name: str) -> Projection:
        """Raises NotFoundError."""
        for projection in self.projections:
            if projection.name == name:
                return projection
        raise NotFoundError(f"table {self.name} has no projection {name!r}")

    def with_columns(self, fields: list[pa.Field]) -> Self:
        """With new columns at the end. Raises BadRequestError for a name that is taken."""
        names = [*self.by_name, *(field.name for field in fields)]
        if len(set(names)) != len(names):
            raise BadRequestError("a column of this name exists", "TabularColumnAlreadyExists")
        first = self.next_column_id
        added = tuple(Column(first + i, field) for i, field in enumerate(fields))
        columns = self.columns + added
        written = self.written_ids
        if written is None and len(columns) > MAX_PLAIN_COLUMNS:
            written = frozenset(column.id for column in self.columns)
        return replace(
            self, columns=columns, next_column_id=first + len(fields), written_ids=written
        )

    def with_written(self, column_ids: frozenset[int]) -> Self:
        """Makes these columns physical, if the table is a wide one."""
        if self.written_ids is None or column_ids <= self.written_ids:
            return self
        return replace(self, written_ids=self.written_ids | column_ids)

    def wire_row_ids(self, row_ids: list[int]) -> pa.Array:
        """Row ids as a client sees them: those of sorted tables are longer than 64 bits."""
        return pa.array(self.wire_row_id_values(row_ids), self.row_id_type)

    def wire_row_id_values(self, row_ids: Sequence[int]) -> Sequence[int]:
        return [r + _SORTED_ROW_ID_HIGH for r in row_ids] if self.is_sorted else row_ids


def stored_row_id(wire: int) -> int:
    """The row id behind either wire form; a table may have got its key after an insert."""
    return min(wire & _ROW_ID_MASK, ROW_ID_MAX)


@dataclass(frozen=True, slots=True)
class SchemaDefinition:
    id: int
    properties: str = ""


def new_table(table_id: int, name: str, fields: list[pa.Field]) -> TableDefinition:
    """An empty table. Raises BadRequestError for duplicate column names."""
    return TableDefinition(table_id, name, (), 0).with_columns(fields)
