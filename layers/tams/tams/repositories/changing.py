"""Rows that a transaction reads in order to change them: keeps their ids, revisions and witnesses."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from tams.repositories.table import Table
from tams.repositories.transaction import ROW_ID, Row, Witness
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, col


class ChangingRows:
    """Rows of one table, identified by its column `key`; a table with a single row has no key.

    An update writes the `revision` that follows the one read, so two transactions that change the same row
    collide. The column `event_id` names the operation that wrote a row last. It is the witness that settles a
    commit whose answer is lost.
    """

    def __init__(
        self, transaction: VisibleTransaction, table: Table, key: str | None = "id"
    ) -> None:
        self._transaction = transaction
        self._table = table
        self._key = key
        self._read: dict[Any, tuple[Any, int]] = {}
        """Row id and revision by key."""

    def track(self, rows: Iterable[Row]) -> list[Row]:
        """Records the ids and revisions of selected rows. Returns the rows without their ids."""
        found = list(rows)
        for row in found:
            self._read[self._key_of(row)] = row.pop(ROW_ID), row["revision"]
        return found

    def has(self, key: Any) -> bool:
        """Whether the row was read in this transaction."""
        return key in self._read

    def insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, and leave a witness."""
        if rows:
            operation = str(uuid4())
            self._transaction.insert(self._table, [{**row, "event_id": operation} for row in rows])
            self._leave_witness(rows[0], operation)

    def update(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Update rows, each with its key and all with the same columns. All were read in this transaction."""
        self._transaction.update(self._table, [self._next(row) for row in rows])

    def save(self, row: Mapping[str, Any]) -> None:
        """Update one row, and leave a witness."""
        operation = str(uuid4())
        self.update([{**row, "event_id": operation}])
        self._leave_witness(row, operation)

    def delete(self, keys: Collection[Any]) -> None:
        self._transaction.delete(self._table, [self._read.pop(each)[0] for each in keys])

    def remove(self, key: Any) -> None:
        """Delete one row. Its absence is the witness."""
        self.delete([key])
        assert self._key is not None, "the row of a single-row table cannot be deleted"
        gone = col[self._key] == key
        self._transaction.witnessed_by(Witness(self._table, gone, there=False))

    def _next(self, row: Mapping[str, Any]) -> Row:
        """Leaves out the key: a sorted column cannot be updated."""
        changed = {name: value for name, value in row.items() if name != self._key}
        row_id, revision = self._read[self._key_of(row)]
        return {**changed, ROW_ID: row_id, "revision": revision + 1}

    def _leave_witness(self, row: Mapping[str, Any], operation: str) -> None:
        written: Predicate = col["event_id"] == operation
        if self._key is not None:
            written &= col[self._key] == row[self._key]
        for name in self._table.sorting_key:
            if name != self._key and name in row:  # to find it without a look at all rows
                written &= col[name] == row[name]
        self._transaction.witnessed_by(Witness(self._table, written))

    def _key_of(self, row: Mapping[str, Any]) -> Any:
        return None if self._key is None else row[self._key]
