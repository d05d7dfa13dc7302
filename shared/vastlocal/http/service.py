"""From a checked request to its answer: finds the transaction, runs the operation."""

import logging
import sqlite3
from dataclasses import dataclass

from vastlocal.engine.database import Database
from vastlocal.engine.transaction import Transaction
from vastlocal.errors import (
    InsufficientCapacityError,
    InternalServerError,
    NotFoundError,
    TabularError,
    TooLongError,
)
from vastlocal.http.messages import Request, Response
from vastlocal.http.signature import SignatureChecker
from vastlocal.operations.buckets import head_bucket, list_snapshots
from vastlocal.operations.context import Call
from vastlocal.operations.registry import OPERATIONS
from vastlocal.operations.select_log import SelectLog
from vastlocal.settings import Settings

_log = logging.getLogger(__name__)
_WITHOUT_TRANSACTION = {"head_bucket": head_bucket, "list_snapshots": list_snapshots}


@dataclass
class Outcome:
    response: Response
    txid: int = 0
    commit: int = 0
    """The number of a commit that must be durable before the response is sent."""
    rows_read: int = 0
    steps: int = 0


class Service:
    def __init__(self, settings: Settings, database: Database, selects: SelectLog) -> None:
        self.database = database
        self._selects = selects
        self._buckets = frozenset(settings.buckets)
        self._signatures = SignatureChecker(
            settings.access_key, settings.secret_key, settings.clock_skew_seconds
        )

    def check_signature(self, request: Request) -> None:
        """Raises ForbiddenError."""
        self._signatures.check(request)

    def require_durable(self, outcome: Outcome) -> None:
        """Raises InternalServerError when its commit may not be on the disk."""
        self.database.log.require(outcome.commit)

    def explained(self, error: sqlite3.OperationalError) -> TabularError:
        """Explains a storage failure: a full disk, or a bug of ours, which is logged."""
        try:
            self.database.require_space()
        except InsufficientCapacityError as full:
            return full
        _log.error("the storage failed", exc_info=error)
        return InternalServerError("the storage failed")

    def run(
        self, request: Request, kind: str, *, in_thread: bool, shuffle: bool = False
    ) -> Outcome:
        """Raises TabularErrors, and TooLongError on the event loop if it must run in a thread."""
        if kind == "begin":
            txid = self.database.begin(in_thread=in_thread).txid
            return Outcome(Response(headers={"tabular-txid": str(txid)}), txid)
        if kind == "keep_alive" and "tabular-txid" not in request.headers:
            return Outcome(Response())  # the SDK's probe for the Server header
        if kind in _WITHOUT_TRANSACTION:
            return Outcome(_WITHOUT_TRANSACTION[kind](request, self._buckets))
        if request.txid == 0:
            return self._run_alone(request, kind, in_thread=in_thread, shuffle=shuffle)
        transaction = self.database.transaction(request.txid)
        if not transaction.lock.acquire(blocking=in_thread):
            raise TooLongError
        try:
            if transaction.is_over:
                raise NotFoundError(f"transaction {transaction.txid} is over")
            transaction.touch()
            self.database.log.require(transaction.snapshot)  # nobody sees what a crash may undo
            return self._run_inside(transaction, request, kind, in_thread, shuffle)
        finally:
            transaction.touch()
            transaction.lock.release()

    def _run_alone(self, request: Request, kind: str, *, in_thread: bool, shuffle: bool) -> Outcome:
        """Transaction id 0: the request is a transaction of its own."""
        if kind in ("commit", "rollback"):
            raise NotFoundError("no transaction 0", "TabularNoSuchTransaction")
        if not in_thread:
            raise TooLongError
        transaction = self.database.begin()
        with transaction.lock:
            try:
                self.database.log.require(transaction.snapshot)
                outcome = self._run_inside(transaction, request, kind, in_thread, shuffle)
                outcome.commit = self.database.commit(transaction)
                outcome.txid = 0
                return outcome
            finally:
                if not transaction.is_over:
                    self.database.rollback(transaction)

    def _run_inside(
        self, transaction: Transaction, request: Request, kind: str, in_thread: bool, shuffle: bool
    ) -> Outcome:
        connection = transaction.connection
        outcome = Outcome(Response(), transaction.txid)
        if kind == "commit":
            outcome.commit = self.database.commit(transaction, in_thread=in_thread)
        elif kind == "rollback":
            self.database.rollback(transaction)
        elif kind != "keep_alive":
            call = Call(
                request,
                self.database,
                transaction,
                self._buckets,
                in_thread,
                shuffle,
                self._selects,
            )
            outcome.response = OPERATIONS[kind](call)
            outcome.rows_read = call.rows_read
        outcome.steps = connection.take_steps()
        return outcome
