"""Fills a new column on existing rows, batch by batch."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tams.repositories.migrations.migration import Turn
from tams.repositories.table import Table
from tams.repositories.transaction import ROW_ID, Row, VastTransaction
from tams.vast.where import col

_log = logging.getLogger(__name__)

BATCH_ROWS = 1_000

Values = Callable[[VastTransaction, Sequence[Row]], Sequence[Any]]
"""Returns a value for each of these rows, never null."""


@dataclass(frozen=True)
class BackFill:
    """Sets `column` wherever it is null; `values` sees the columns that `reads` names.

    A batch is one transaction and leaves no null in its rows. What is null is therefore still to be done,
    even after a kill. A batch writes the `revision` of rows that have one: a writer that read a row without
    the value collides, and reads it again. If writers are in the way, each new attempt takes half as many
    rows.
    """

    table: Table
    column: str
    reads: tuple[str, ...]
    values: Values
    batch_rows: int = BATCH_ROWS

    def run(self, turn: Turn) -> list[str]:
        filled = 0
        while count := self._fill_some(turn):
            filled += count
            _log.info("%s.%s: %d rows filled", self.table.name, self.column, filled)
        return [f"{filled} rows of {self.table.name}.{self.column}"] if filled else []

    def _fill_some(self, turn: Turn) -> int:
        attempts = 0

        def batch(transaction: VastTransaction) -> int:
            nonlocal attempts
            rows_max = max(1, self.batch_rows >> attempts)
            attempts += 1
            return self._fill(transaction, rows_max)

        return turn.write(batch)

    def _fill(self, transaction: VastTransaction, rows_max: int) -> int:
        is_guarded = "revision" in self.table.names
        columns = {*self.reads, *(("revision",) if is_guarded else ())} or {self.column}
        rows = transaction.select(
            self.table,
            col[self.column].isnull(),
            sorted(columns),
            with_row_id=True,
            rows_max=rows_max,
        )[:rows_max]
        values = self.values(transaction, rows) if rows else ()
        changed = []
        for row, value in zip(rows, values, strict=True):
            assert value is not None, f"the back-fill of {self.table.name}.{self.column} gave null"
            guard = {"revision": row["revision"] + 1} if is_guarded else {}
            changed.append({ROW_ID: row[ROW_ID], self.column: value, **guard})
        transaction.update(self.table, changed)
        return len(changed)
