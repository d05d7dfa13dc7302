"""The SQL of one kind of query, built once for each state that a transaction's own rows can be in."""

# ruff: noqa: S608 - the names in our SQL are made of our own numbers

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from vastlocal.engine.access import Access
from vastlocal.engine.definitions import ROW_ID, TableDefinition
from vastlocal.engine.overlay import Overlay
from vastlocal.engine.where import column_sql
from vastlocal.errors import NotImplementedByServerError

_COLUMNS_MAX = 1900
"""SQLite stops at 2,000."""


@dataclass(frozen=True)
class Statements:
    """Each arm takes the parameters of `where_sql`, then the run; the whole takes limit and offset last."""

    table: TableDefinition
    base: TableDefinition | None
    """The table as its committed rows have it, None if the transaction created it."""
    names: Sequence[str]
    """The columns to read."""
    where_sql: str
    where_columns: frozenset[str]
    access: Access

    @cached_property
    def _selects(self) -> dict[object, tuple[str, int]]:
        return {}

    @cached_property
    def _needed_ids(self) -> frozenset[int]:
        """Raises NotImplementedByServerError, NotFoundError."""
        if len(self.names) > _COLUMNS_MAX:
            raise NotImplementedByServerError(f"a query of more than {_COLUMNS_MAX} columns")
        named = {*self.names, *self.where_columns} - {ROW_ID}
        return frozenset((*(self.table.column(name).id for name in named), *self.access.order))

    def select(self, overlay: Overlay | None, *, by_run: bool) -> tuple[str, int]:
        """Reads rows, and has this many arms; none when there is nothing to read."""
        state = None if overlay is None else overlay.state
        found = self._selects.get((state, by_run))
        if found is None:
            found = self._selects[state, by_run] = self._select(overlay, by_run=by_run)
        return found

    def _select(self, overlay: Overlay | None, *, by_run: bool) -> tuple[str, int]:
        cells = [column_sql(self.table, name) for name in self.names]
        order = [f"c{column_id}" for column_id in self.access.order]
        arms = self.arms(["row_id", *cells, *order], overlay, by_run=by_run)
        keys = [str(2 + len(cells) + i) for i in range(len(order))]
        sql = " UNION ALL ".join(arms)
        return f"{sql} ORDER BY {', '.join([*keys, '1'])} LIMIT ? OFFSET ?", len(arms)

    def arms(self, outputs: Sequence[str], overlay: Overlay | None, *, by_run: bool) -> list[str]:
        """SELECTs without an order: committed rows first, then the transaction's own."""
        conditions = [self.where_sql] if self.where_sql else []
        if by_run:
            conditions.append("row_id >= ? AND row_id < ?")
        arms = []
        if base := self.base:
            source = self._source(f"main.{self.table.physical_name}", base.physical_ids)
            if not source.startswith("("):
                source += self._hint(base)
            hidden = []
            if overlay and overlay.has_hidden:
                hidden = [f"row_id NOT IN (SELECT row_id FROM {overlay.hidden_name})"]
            arms.append(_select(outputs, source, conditions + hidden))
        if overlay and overlay.has_rows:
            source = self._source(overlay.rows_name, overlay.column_ids)
            arms.append(_select(outputs, source, conditions))
        return arms

    def _hint(self, base: TableDefinition) -> str:
        """Forces SQLite to use the chosen path; left alone it might take one that is forbidden."""
        index = self.access.index
        if index is None and self.where_sql:
            return " NOT INDEXED"
        if index is not None and self.access.prunes and index in base.indexes:
            return f" INDEXED BY {index.name}"
        return ""

    def _source(self, name: str, present: Iterable[int]) -> str:
        """The SQL table, with NULL for columns that it lacks but the query names."""
        missing = self._needed_ids.difference(present)
        if not missing:
            return name
        return f"(SELECT *{''.join(f', NULL AS c{c}' for c in sorted(missing))} FROM {name})"


def _select(outputs: Sequence[str], source: str, conditions: Sequence[str]) -> str:
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(outputs)} FROM {source}{where}"
