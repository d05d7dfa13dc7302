"""Reads rows: one page of one sub-split, from the committed table and the transaction's overlay.

Along an index the rows come in its order, all in the first sub-split, and a position is a count of rows read
before. By row id they are dealt out to sub-splits in runs of row groups of 65,536 ids, and a position is a
row id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from vastlocal.engine.codecs import codec_for
from vastlocal.engine.definitions import ROW_ID, ROW_ID_MAX, TableDefinition
from vastlocal.engine.matching import matching_mask
from vastlocal.engine.overlay import Overlay
from vastlocal.engine.statements import Statements
from vastlocal.engine.transaction import Transaction
from vastlocal.errors import TooLongError
from vastlocal.protocol.predicate import Predicate
from vastlocal.protocol.small_batch import ROWS_MAX

_CHUNK_ROWS = 4096
_PAGE_BYTES = 8 << 20
_QUICK_ROWS = 4096
"""A read of more rows than this does not run on the event loop."""


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
    cells: dict[str, Sequence[Any]] | None = None
    """The columns of a short page as SQLite returned them; `columns` then has no chunks."""


@dataclass(slots=True)
class Scan:
    """One query, ready to be read page by page."""

    transaction: Transaction
    columns: Sequence[str]
    parameters: Sequence[Any]
    remainder: Predicate
    """The part of the predicate that SQL cannot evaluate."""
    statements: Statements
    in_thread: bool = True
    read_rows: int = 0

    @property
    def table(self) -> TableDefinition:
        return self.statements.table

    def count(self) -> int:
        """How many rows match. Reads nothing that an index can answer."""
        if self.remainder:
            return self.page(Share(), 0, ROW_ID_MAX).rows
        total = 0
        for arm in self.statements.arms(["count(*)"], self._overlay, by_run=False):
            total += self.transaction.connection.execute(arm, self.parameters).fetchone()[0]
        return total

    @property
    def _overlay(self) -> Overlay | None:
        return self.transaction.overlays.get(self.table.id)

    def page(self, share: Share, start: int, limit: int) -> Page:
        """At most about `limit` rows from position `start`; fewer when they are large."""
        page = Page({name: [] for name in self.columns})
        if self.statements.access.order:
            if share.part == 0:
                self._read(page, None, start, limit)
        else:
            for run in share.runs(start, self.end_row_id()):
                self._read(page, run, 0, limit - page.rows)
                if page.next_position is not None:
                    break
        return page

    def end_row_id(self) -> int:
        """One more than the largest row id this transaction can see."""
        overlay = self._overlay
        own = overlay.next_row_id if overlay else 0
        if self.statements.base is None:
            return own
        sql = f"SELECT max(row_id) FROM main.{self.table.physical_name}"  # noqa: S608 - our own name
        row = self.transaction.connection.execute(sql).fetchone()
        return max(own, -1 if row[0] is None else row[0]) + 1

    def _read(self, page: Page, run: tuple[int, int] | None, skip: int, limit: int) -> None:
        sql, arms = self.statements.select(self._overlay, by_run=run is not None)
        if not arms:
            return
        parameters = [*self.parameters, *(run or ())] * arms
        cursor = self.transaction.connection.execute(sql, [*parameters, limit, skip])
        taken = 0
        try:
            while rows := cursor.fetchmany(wanted := min(_CHUNK_ROWS, limit)):
                taken += len(rows)
                self._note_read(len(rows))
                limit -= len(rows)
                is_whole = len(rows) < wanted or limit <= 0
                size = self._add(page, rows, is_whole=is_whole)
                if limit <= 0 or size > _PAGE_BYTES:
                    page.next_position = skip + taken if run is None else rows[-1][0] + 1
                    break
                if is_whole:
                    break
        finally:
            cursor.close()

    def _note_read(self, rows: int) -> None:
        self.read_rows += rows
        if not self.in_thread and self.read_rows >= _QUICK_ROWS:
            raise TooLongError

    def _add(self, page: Page, rows: list[tuple[Any, ...]], *, is_whole: bool) -> int:
        """Appends the matching rows. Returns the page's size so far, in bytes, as far as it matters."""
        row_ids, *cells = zip(*rows, strict=True)
        by_name: dict[str, Sequence[Any]] = {
            name: row_ids if name == ROW_ID else column
            for name, column in zip(self.statements.names, cells, strict=False)
        }
        if is_whole and len(rows) <= ROWS_MAX and not page.rows and not self.remainder:
            page.cells = by_name
            page.rows = len(rows)
            return 0
        self.settle(page)
        arrays = {name: self._array(name, column) for name, column in by_name.items()}
        matched = len(rows)
        if self.remainder:
            mask = matching_mask(arrays, self.remainder)
            arrays = {name: array.filter(mask) for name, array in arrays.items()}
            matched = mask.true_count
        page.rows += matched
        size = 0
        for name, chunks in page.columns.items():
            chunks.append(arrays[name])
            size += sum(chunk.nbytes for chunk in chunks)
        return size

    def settle(self, page: Page) -> None:
        """Turns a short page's cells into arrays."""
        if page.cells is not None:
            cells, page.cells = page.cells, None
            for name, chunks in page.columns.items():
                chunks.append(self._array(name, cells[name]))

    def _array(self, name: str, cells: Sequence[Any]) -> pa.Array:
        if name == ROW_ID:
            return self.table.wire_row_ids(list(cells))
        return codec_for(self.table.field(name).type).decode(cells)
