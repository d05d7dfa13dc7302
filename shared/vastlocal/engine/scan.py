"""Reads rows: one page of one sub-split, from the committed table and the transaction's overlay.

Along an index the rows come in its order, all in the first sub-split, and a position is a count of rows read
before. By row id they are dealt out to sub-splits in runs of row groups of 65,536 ids, and a position is a
row id.
"""

# ruff: noqa: S608 - the names in our SQL are made of our own numbers

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from vastlocal.engine.access import Access
from vastlocal.engine.codecs import codec_for
from vastlocal.engine.definitions import ROW_ID, ROW_ID_MAX, TableDefinition
from vastlocal.engine.matching import matching_mask
from vastlocal.engine.transaction import Transaction
from vastlocal.engine.where import Where, column_sql
from vastlocal.errors import NotImplementedByServerError, TooLongError

_CHUNK_ROWS = 4096
_PAGE_BYTES = 8 << 20
_QUICK_ROWS = 4096
"""A read of more rows than this does not run on the event loop."""
_COLUMNS_MAX = 1900
"""SQLite stops at 2,000."""


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the row ids that a sub-split reads: every `parts`-th run of `run_rows`, from `part`."""

    part: int = 0
    parts: int = 1
    run_rows: int = 1 << 48

    def runs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Ranges of row ids from `start` (included) to `end` (excluded)."""
        run = start // self.run_rows
        run += (self.part - run) % self.parts
        while (first := run * self.run_rows) < end:
            yield max(first, start), min(first + self.run_rows, end)
            run += self.parts


@dataclass(slots=True)
class Page:
    """Columns as chunks of arrays; `next_position` is None when nothing is left."""

    columns: dict[str, list[pa.Array]]
    rows: int = 0
    next_position: int | None = None


@dataclass
class Scan:
    """One query, ready to be read page by page."""

    transaction: Transaction
    table: TableDefinition
    columns: Sequence[str]
    where: Where
    access: Access
    in_thread: bool = True
    read_rows: int = 0
    _names: list[str] = field(init=False)
    _needed_ids: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        extra = (group[0].path.column for group in self.where.remainder)
        self._names = list(dict.fromkeys((*self.columns, *extra)))
        if len(self._names) > _COLUMNS_MAX:
            raise NotImplementedByServerError(f"a query of more than {_COLUMNS_MAX} columns")
        named = {*self._names, *self.where.columns} - {ROW_ID}
        self._needed_ids = frozenset(
            (*(self.table.column(name).id for name in named), *self.access.order)
        )

    def count(self) -> int:
        """How many rows match. Reads nothing that an index can answer."""
        if self.where.remainder:
            return self.page(Share(), 0, ROW_ID_MAX).rows
        total = 0
        for arm, parameters in self._arms(["count(*)"], None):
            total += self.transaction.connection.execute(arm, parameters).fetchone()[0]
        return total

    def page(self, share: Share, start: int, limit: int) -> Page:
        """At most about `limit` rows from position `start`; fewer when they are large."""
        page = Page({name: [] for name in self.columns})
        if self.access.order:
            if share.part == 0:
                self._read(page, None, start, limit)
        else:
            for run in share.runs(start, self._end_row_id()):
                self._read(page, run, 0, limit - page.rows)
                if page.next_position is not None:
                    break
        return page

    def _end_row_id(self) -> int:
        """One more than the largest row id this transaction can see."""
        overlay = self.transaction.overlays.get(self.table.id)
        own = overlay.next_row_id if overlay else 0
        if self.transaction.base_table(self.table.id) is None:
            return own
        name = self.table.physical_name
        row = self.transaction.connection.execute(f"SELECT max(row_id) FROM main.{name}").fetchone()
        return max(own, -1 if row[0] is None else row[0]) + 1

    def _arms(
        self, outputs: Sequence[str], run: tuple[int, int] | None
    ) -> list[tuple[str, list[Any]]]:
        """SELECTs without an order: committed rows first, then the transaction's own."""
        conditions = [self.where.sql] if self.where.sql else []
        parameters = list(self.where.parameters)
        if run:
            conditions.append("row_id >= ? AND row_id < ?")
            parameters += run
        arms = []
        overlay = self.transaction.overlays.get(self.table.id)
        if base := self.transaction.base_table(self.table.id):
            source = self._source(f"main.{self.table.physical_name}", base.physical_ids)
            if not source.startswith("("):
                source += self._hint(base)
            hidden = []
            if overlay and overlay.has_hidden:
                hidden = [f"row_id NOT IN (SELECT row_id FROM {overlay.hidden_name})"]
            arms.append((_select(outputs, source, conditions + hidden), parameters))
        if overlay and overlay.has_rows:
            source = self._source(overlay.rows_name, overlay.column_ids)
            arms.append((_select(outputs, source, conditions), parameters))
        return arms

    def _hint(self, base: TableDefinition) -> str:
        """Forces SQLite to use the chosen path; left alone it might take one that is forbidden."""
        index = self.access.index
        if index is None and self.where.sql:
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

    def _read(self, page: Page, run: tuple[int, int] | None, skip: int, limit: int) -> None:
        cells = [column_sql(self.table, name) for name in self._names]
        order = [f"c{column_id}" for column_id in self.access.order]
        arms = self._arms(["row_id", *cells, *order], run)
        if not arms:
            return
        keys = [str(2 + len(cells) + i) for i in range(len(order))]
        sql = " UNION ALL ".join(arm for arm, _ in arms)
        sql += f" ORDER BY {', '.join([*keys, '1'])} LIMIT ? OFFSET ?"
        parameters = [value for _, values in arms for value in values]
        cursor = self.transaction.connection.execute(sql, [*parameters, limit, skip])
        taken = 0
        try:
            while rows := cursor.fetchmany(min(_CHUNK_ROWS, limit)):
                taken += len(rows)
                self._note_read(len(rows))
                size = self._add(page, rows)
                limit -= len(rows)
                if limit <= 0 or size > _PAGE_BYTES:
                    page.next_position = skip + taken if run is None else rows[-1][0] + 1
                    break
        finally:
            cursor.close()

    def _note_read(self, rows: int) -> None:
        self.read_rows += rows
        if not self.in_thread and self.read_rows >= _QUICK_ROWS:
            raise TooLongError

    def _add(self, page: Page, rows: list[tuple[Any, ...]]) -> int:
        """Appends the matching rows. Returns the page's size so far, in bytes."""
        cells = list(zip(*rows, strict=True))
        arrays: dict[str, pa.Array] = {}
        for name, column in zip(self._names, cells[1:], strict=False):
            if name == ROW_ID:
                arrays[name] = self.table.wire_row_ids(list(cells[0]))
            else:
                arrays[name] = codec_for(self.table.field(name).type).decode(column)
        matched = len(rows)
        if self.where.remainder:
            mask = matching_mask(arrays, self.where.remainder)
            arrays = {name: array.filter(mask) for name, array in arrays.items()}
            matched = mask.true_count
        page.rows += matched
        size = 0
        for name, chunks in page.columns.items():
            chunks.append(arrays[name])
            size += sum(chunk.nbytes for chunk in chunks)
        return size


def _select(outputs: Sequence[str], source: str, conditions: Sequence[str]) -> str:
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(outputs)} FROM {source}{where}"
