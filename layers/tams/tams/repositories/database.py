"""Transactions on VAST: snapshot reads, writes that are retried as a whole, commits that are never guessed.

Round trips: begin and commit are one each, and so is every select, insert, update and delete (an insert of
more than 4.5 MiB is several). Source: vastdb SDK 2.0.14, `transaction.py`, `table.py`.
"""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pyarrow as pa
from vastdb.config import QueryConfig
from vastdb.table import INTERNAL_ROW_ID
from vastdb.transaction import Transaction as SdkTransaction

from tams.deadline import patience
from tams.errors import BackendUnavailableError, InvalidRequestError
from tams.repositories.faults import ConnectionLostError, TransactionConflictError, translated
from tams.repositories.session import PooledSession, VastConnection
from tams.repositories.table import CELL_BYTES_MAX, Table
from tams.repositories.turns import Turns

T = TypeVar("T")
Row = dict[str, Any]

ROW_ID = INTERNAL_ROW_ID
"""The key under which a selected row carries its id; good inside its transaction only."""

CONTENDED = "too many others write to the same resource; try again"

_PAUSE_FIRST = 0.01
_PAUSE_LONGEST = 0.8
"""Seconds: about ten times what a write takes, for as many writers that collide."""

_ROW_SIZED = {"num_splits": 1, "num_sub_splits": 1}


@dataclass(frozen=True, slots=True)
class Witness:
    """Rows that show whether a transaction committed: nothing else adds or removes them."""

    table: Table
    predicate: Any
    there: bool = True
    """Whether they are there once it has committed."""


class VastTransaction:
    """An open transaction; its rows are plain dicts, its predicates ibis expressions."""

    def __init__(self, session: PooledSession, sdk: SdkTransaction) -> None:
        self._session = session
        self._sdk = sdk
        self.witness: Witness | None = None

    @property
    def sdk(self) -> SdkTransaction:
        """The SDK's transaction, for those who define tables."""
        return self._sdk

    def select(
        self,
        table: Table,
        predicate: Any,
        columns: Iterable[str],
        *,
        with_row_id: bool = False,
        rows_max: int | None = None,
    ) -> list[Row]:
        """Rows that match, in no order. One round trip.

        With `rows_max` at least that many rows come back when there are more, and the server stops there.
        """
        config = QueryConfig(**_ROW_SIZED, limit_rows_per_sub_split=rows_max or 128 * 1024)
        with translated():
            readers = self._session.table(table, self._sdk).select_splits(
                list(columns), predicate, config, internal_row_id=with_row_id
            )
            rows: list[Row] = []
            for batch in (batch for reader in readers for batch in reader):
                rows.extend(batch.to_pylist())
                if rows_max is not None and len(rows) >= rows_max:
                    break
        return rows

    def count(self, table: Table, predicate: Any) -> int:
        """How many rows match; only numbers travel. One round trip."""
        with translated():
            readers = self._session.table(table, self._sdk).select_splits(
                [], predicate, QueryConfig(**_ROW_SIZED)
            )
            return sum(batch.num_rows for reader in readers for batch in reader)

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        _check_cells(table, rows)
        batch = pa.RecordBatch.from_pylist(list(rows), schema=table.columns)
        with translated():
            self._session.table(table, self._sdk).insert(batch, by_columns=False)

    def update(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Each row names its ROW_ID and, all alike, the columns to change."""
        if not rows:
            return
        _check_cells(table, rows)
        names = [name for name in rows[0] if name != ROW_ID]
        handle = self._session.table(table, self._sdk)
        fields = [handle._internal_rowid_field, *(table.columns.field(name) for name in names)]
        batch = pa.RecordBatch.from_pylist(list(rows), schema=pa.schema(fields))
        with translated():
            handle.update(batch, names)

    def delete(self, table: Table, row_ids: Sequence[Any]) -> None:
        if not row_ids:
            return
        handle = self._session.table(table, self._sdk)
        ids = pa.array(row_ids, type=handle._internal_rowid_field.type)
        with translated():
            handle.delete(pa.RecordBatch.from_arrays([ids], names=[ROW_ID]))


class Database:
    """Runs work in transactions: `read` once, `write` until it commits or must give up."""

    def __init__(self, connection: VastConnection, *, patience_seconds: float = 26.0) -> None:
        self.session = PooledSession(connection)
        self._patience_seconds = patience_seconds
        self._turns = Turns()

    def read(self, work: Callable[[VastTransaction], T]) -> T:
        """`work` on one snapshot. Raises BackendUnavailableError."""
        try:
            transaction, result = self._perform(work)
            self._finish(transaction, "commit_transaction")
        except (ConnectionLostError, TransactionConflictError) as error:
            raise BackendUnavailableError(f"VAST did not answer: {error}") from error
        return result

    def write(self, work: Callable[[VastTransaction], T], *contended: str) -> T:
        """`work` in a transaction that committed; run again from the start on a conflict.

        So `work` must have no other effect. Whatever it raises, nothing was stored. Writers of this process
        that share a name in `contended` take turns.
        Raises BackendUnavailableError after `patience_seconds`, shortly before the invocation must end, or
        when VAST does not answer.
        """
        patience_seconds = patience(self._patience_seconds)
        deadline = time.monotonic() + patience_seconds
        with self._turns.taken(contended, patience_seconds) as in_time:
            if not in_time:
                raise BackendUnavailableError(CONTENDED)
            return self._write(work, deadline)

    def _write(self, work: Callable[[VastTransaction], T], deadline: float) -> T:
        begun = time.monotonic()
        attempt = 0
        while True:
            try:
                transaction, result = self._perform(work)
                self._commit(transaction, deadline)
            except TransactionConflictError as error:
                attempt += 1
                now = time.monotonic()
                pause = pause_seconds(attempt, (deadline - now) / max(deadline - begun, 1e-9))
                if now + pause > deadline:
                    raise BackendUnavailableError(CONTENDED) from error
                time.sleep(pause)
            except ConnectionLostError as error:
                raise BackendUnavailableError(f"VAST did not answer: {error}") from error
            else:
                return result

    def _perform(self, work: Callable[[VastTransaction], T]) -> tuple[VastTransaction, T]:
        transaction = self._begin()
        try:
            return transaction, work(transaction)
        except BaseException:
            self._roll_back(transaction)
            raise

    def _begin(self) -> VastTransaction:
        """A begin leaves nothing behind, so a stale connection costs one more try, not a failure."""
        for last in (False, False, True):
            try:
                with translated():
                    api = self.session.api
                    txid = int(api.begin_transaction().headers["tabular-txid"])
                sdk = SdkTransaction(self.session.sdk, txid=txid)
                return VastTransaction(self.session, sdk)
            except ConnectionLostError:
                if last:
                    raise
                time.sleep(0.05)
        raise AssertionError

    def _finish(self, transaction: VastTransaction, verb: str) -> None:
        with translated():
            getattr(self.session.api, verb)(transaction._sdk.txid)

    def _roll_back(self, transaction: VastTransaction) -> None:
        # A transaction we cannot roll back expires by itself; the first failure is the one to tell.
        try:
            self._finish(transaction, "rollback_transaction")
        except (ConnectionLostError, TransactionConflictError, BackendUnavailableError):
            return

    def _commit(self, transaction: VastTransaction, deadline: float) -> None:
        try:
            self._finish(transaction, "commit_transaction")
        except ConnectionLostError:
            if not self._took_effect(transaction, deadline):
                raise TransactionConflictError from None

    def _took_effect(self, transaction: VastTransaction, deadline: float) -> bool:
        """Whether a commit without an answer is durable, by looking for its witness.

        Raises ConnectionLostError when VAST stays silent or the transaction left no witness.
        """
        if transaction.witness is None:
            raise ConnectionLostError("a commit was not answered")
        witness = transaction.witness
        self._roll_back(transaction)  # so that a commit still under way cannot land after we looked
        while True:
            try:
                found = self.read(lambda again: again.count(witness.table, witness.predicate))
            except BackendUnavailableError as error:
                if time.monotonic() + 0.5 > deadline:
                    raise ConnectionLostError("a commit was not answered") from error
                time.sleep(0.2)
            else:
                return (found > 0) is witness.there


def pause_seconds(attempt: int, time_left: float) -> float:
    """How long to rest before the next attempt; `time_left` is the part of the patience left, 0 to 1.

    Pauses double, so that many writers spread out. They shrink again as patience ends, so that a writer that
    has waited long goes before newcomers.
    """
    longest = min(_PAUSE_LONGEST, _PAUSE_FIRST * 2**attempt) * max(time_left, 0.05)
    return random.uniform(longest / 4, longest)  # noqa: S311


def _check_cells(table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        for name, value in row.items():
            if (
                isinstance(value, str)
                and len(value) * 4 > CELL_BYTES_MAX
                and len(value.encode()) > CELL_BYTES_MAX
            ):
                raise InvalidRequestError(
                    f"{name} of one of the {table.name} takes more than {CELL_BYTES_MAX} bytes"
                )
