"""Transactions on VAST: snapshot reads, writes retried as a whole, commit outcomes never guessed.

Round trips: begin and commit take one each, and so does every select, insert, update and delete (an insert of
more than 4.5 MiB takes several).
"""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tams.deadline import patience
from tams.errors import BackendUnavailableError, InvalidRequestError
from tams.repositories.errors import translated
from tams.repositories.session import VastConnection, VastSession
from tams.repositories.table import CELL_BYTES_MAX, Table
from tams.repositories.turns import Turns
from tams.vast.api import VastApi
from tams.vast.column_types import ROW_ID_NAME
from tams.vast.errors import VastConflictError, VastConnectionError
from tams.vast.where import Predicate

T = TypeVar("T")
Row = dict[str, Any]

ROW_ID = ROW_ID_NAME
"""The key under which a selected row carries its id, which is valid only inside its transaction."""

CONTENDED = "too many concurrent writes to the same resource; try again"

_PAUSE_FIRST = 0.01
_PAUSE_LONGEST = 0.8
"""Seconds: about ten times as long as a write takes, to allow for that many colliding writers."""


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


class Database:
    """Runs work in transactions: `read` runs it once, `write` until it commits or must give up."""

    def __init__(self, connection: VastConnection, *, patience_seconds: float = 26.0) -> None:
        self.session = VastSession(connection)
        self._patience_seconds = patience_seconds
        self._turns = Turns()

    def read(self, work: Callable[[VastTransaction], T]) -> T:
        """Run `work` on one snapshot. Raises BackendUnavailableError."""
        try:
            transaction, result = self._perform(work)
            with translated():
                transaction.api.commit(transaction.txid)
        except (VastConnectionError, VastConflictError) as error:
            raise BackendUnavailableError(f"VAST did not answer: {error}") from error
        return result

    def write(self, work: Callable[[VastTransaction], T], *contended: str) -> T:
        """Run `work` in a transaction until it commits; a conflict restarts it from the beginning.

        So `work` must have no other effect. If it raises, nothing was stored. Writers of this process that
        share a name in `contended` take turns.
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
            except VastConflictError as error:
                attempt += 1
                now = time.monotonic()
                pause = pause_seconds(attempt, (deadline - now) / max(deadline - begun, 1e-9))
                if now + pause > deadline:
                    raise BackendUnavailableError(CONTENDED) from error
                time.sleep(pause)
            except VastConnectionError as error:
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
                    return VastTransaction(self.session, api, api.begin())
            except VastConnectionError:
                if last:
                    raise
                time.sleep(0.05)
        raise AssertionError

    def _roll_back(self, transaction: VastTransaction) -> None:
        # A transaction we cannot roll back expires by itself; the first failure is the one to report.
        try:
            with translated():
                transaction.api.roll_back(transaction.txid)
        except (VastConnectionError, VastConflictError, BackendUnavailableError):
            return

    def _commit(self, transaction: VastTransaction, deadline: float) -> None:
        try:
            with translated():
                transaction.api.commit(transaction.txid)
        except VastConnectionError:
            if not self._took_effect(transaction, deadline):
                raise VastConflictError from None

    def _took_effect(self, transaction: VastTransaction, deadline: float) -> bool:
        """Whether a commit without an answer is durable, judged by its witness.

        Raises VastConnectionError when VAST stays silent or the transaction left no witness.
        """
        if transaction.witness is None:
            raise VastConnectionError("no answer to a commit")
        witness = transaction.witness
        self._roll_back(transaction)  # so that a commit still under way cannot land after the check
        while True:
            try:
                found = self.read(lambda again: again.count(witness.table, witness.predicate))
            except BackendUnavailableError as error:
                if time.monotonic() + 0.5 > deadline:
                    raise VastConnectionError("no answer to a commit") from error
                time.sleep(0.2)
            else:
                return (found > 0) is witness.there


def pause_seconds(attempt: int, time_left: float) -> float:
    """The pause before the next attempt; `time_left` is the part of the patience left, 0 to 1.

    Pauses double, so that many writers spread out. They shrink again as patience runs out, so that a writer
    that has waited long goes before newcomers.
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
                    f"{name}: the value stored in {table.name} must not exceed {CELL_BYTES_MAX} bytes"
                )
