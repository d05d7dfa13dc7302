"""An open transaction on VAST: rows in and out, one request each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        return [row for page in pages for row in _rows(names, page)]

    def scan(
        self,
        table: Table,
        predicate: Predicate | None,
        columns: Iterable[str],
        *,
        rows_at_once: int = 1_000,
    ) -> Iterator[list[Row]]:
        """The same in pages, of which one at a time is held. One round trip for each.

        For operators' work on all rows of a table: a request never scans.
        """
        there = self._session.table(table)
        names = list(columns)
        with translated():
            for page in self.api.pages(
                self.txid, there.path, there.columns, names, predicate, rows_at_once
            ):
                yield _rows(names, page)

    def bulk_read(
        self,
        table: Table,
        columns: Sequence[str],
        predicate: Predicate | None,
        next_row: int,
        rows_max: int,
    ) -> bytes:
        """Rows that match, from `next_row` on, as VAST sends them. One round trip."""
        there = self._session.table(table)
        with translated():
            return self.api.query(
                self.txid, there.path, there.columns, columns, predicate, next_row, rows_max
            )

    def bulk_insert(self, table: Table, stream: bytes) -> None:
        """Whole rows, as an Arrow stream of one batch of at most 4.5 MiB. One round trip."""
        with translated():
            self.api.insert_stream(self.txid, self._session.table(table).path, stream)

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


def _rows(names: Sequence[str], page: Sequence[Sequence[Any]]) -> list[Row]:
    return [dict(zip(names, values, strict=True)) for values in zip(*page, strict=True)]


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
