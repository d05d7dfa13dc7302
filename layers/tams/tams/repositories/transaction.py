"""An open transaction on VAST: rows in and out, one request each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tams.errors import InvalidRequestError
from tams.repositories.errors import translated
from tams.repositories.session import VastSession
from tams.repositories.table import CELL_BYTES_MAX, Table
from tams.vast.api import VastApi
from tams.vast.column_types import ROW_ID_NAME
from tams.vast.where import Predicate

Row = dict[str, Any]

ROW_ID = ROW_ID_NAME
"""The key under which a selected row carries its id, which is valid only inside its transaction."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Rows that show whether a transaction committed: nothing else adds or removes them."""

    table: Table
    predicate: Predicate
    there: bool = True
    """Whether the rows exist after the commit."""


class VastTransaction:
    """An open transaction; its rows are plain dicts."""

    def __init__(self, session: VastSession, api: VastApi, txid: int) -> None:
        self._session = session
        self.api = api
        self.txid = txid
        self.witness: Witness | None = None

    def select(
        self,
        table: Table,
        predicate: Predicate | None,
        columns: Iterable[str],
        *,
        with_row_id: bool = False,
        rows_max: int | None = None,
    ) -> list[Row]:
        """Rows that match, in no order; without a predicate, all rows. One round trip.

        With `rows_max`, at least that many rows come back when there are more, and the server stops there.
        """
        there = self._session.table(table)
        names = [*columns, ROW_ID] if with_row_id else list(columns)
        with translated():
            pages = self.api.select(
                self.txid, there.path, there.columns_with_row_id, names, predicate, rows_max
            )
        return [
            dict(zip(names, values, strict=True))
            for page in pages
            for values in zip(*page, strict=True)
        ]

    def count(self, table: Table, predicate: Predicate | None) -> int:
        """How many rows match; only numbers are transferred. One round trip."""
        there = self._session.table(table)
        with translated():
            return self.api.count(self.txid, there.path, there.columns, predicate)

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        _check_cells(table, rows)
        there = self._session.table(table)
        with translated():
            self.api.insert(self.txid, there.path, there.columns, rows)

    def update(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Each row holds its ROW_ID and the columns to change, the same columns in every row."""
        if not rows:
            return
        _check_cells(table, rows)
        there = self._session.table(table)
        changed = tuple(column for column in there.columns_with_row_id if column[0] in rows[0])
        with translated():
            self.api.update(self.txid, there.path, changed, rows)

    def delete(self, table: Table, row_ids: Sequence[int]) -> None:
        if not row_ids:
            return
        there = self._session.table(table)
        with translated():
            self.api.delete(self.txid, there.path, row_ids, there.row_id)


def _check_cells(table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        for name, value in row.items():
            if (
                isinstance(value, str)
                and len(value) * 4 > CELL_BYTES_MAX
                and len(value.encode()) > CELL_BYTES_MAX
            ):
                raise InvalidRequestError(
                    f"{name}: the value stored in {table.name} must not exceed {CELL_BYTES_MAX} bytes"
                )
