"""The database of one server: begins, commits, expires. Only this module writes the main file.

A snapshot is an open SQLite read transaction, so isolation, atomic commit and durability are SQLite's. Locks
are always taken in this order: a transaction's own, `_commit_lock` (one writer), `_begin_gate` (shut while
the log is cut), `_publish_lock` (a commit becoming visible or a snapshot being taken: microseconds).
"""

import itertools
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vastlocal.engine import catalog_store
from vastlocal.engine.catalog import Catalog
from vastlocal.engine.conflicts import ConflictTracker
from vastlocal.engine.connections import ConnectionPool
from vastlocal.engine.directory import is_full
from vastlocal.engine.durability import LogSync
from vastlocal.engine.transaction import Transaction
from vastlocal.errors import (
    ConflictError,
    InsufficientCapacityError,
    NotFoundError,
    TabularError,
    TooLongError,
)
from vastlocal.settings import ConflictMode

_QUICK_ROWS = 500
"""A commit of at most this many rows may run on the event loop."""


class DamagedError(Exception):
    """The file's content was not written by this server."""


class Database:
    def __init__(self, directory: Path, mode: ConflictMode) -> None:
        self.path = directory / "vastlocal.sqlite"
        self.pool = ConnectionPool(self.path)
        self.conflicts = ConflictTracker(mode)
        self._begin_gate = threading.Lock()
        self._commit_lock = threading.Lock()
        self._publish_lock = threading.Lock()
        self._row_id_lock = threading.Lock()
        self._open: dict[int, Transaction] = {}
        self._commits = 0
        try:
            self._load()
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            raise DamagedError(f"{self.path} cannot be used: {error}") from error
        self.log = LogSync(self.path.with_name(self.path.name + "-wal"), lambda: self._commits)
        self._txids = itertools.count(secrets.randbits(62))  # never one of an earlier run
        self._object_ids = itertools.count(1 + _highest_id(self._catalog))

    def _load(self) -> None:
        connection = self._keeper = self.pool.take()
        """Stays open, so that the log stays the same file."""
        catalog_store.create(connection)
        self._catalog = catalog_store.load(connection)
        self._next_row_ids: dict[int, int] = dict(
            connection.execute("SELECT table_id, next_row_id FROM vl_stats").fetchall()
        )

    def require_space(self) -> None:
        """Raises InsufficientCapacityError when the disk is full."""
        if is_full(self.path.parent):
            raise InsufficientCapacityError("the disk is full: only deletes are accepted")

    def new_object_id(self) -> int:
        """For a schema, table or projection."""
        return next(self._object_ids)

    @property
    def open_transactions(self) -> int:
        return len(self._open)

    @property
    def commits(self) -> int:
        """The number of commits in this run."""
        return self._commits

    def begin(self, *, in_thread: bool = True) -> Transaction:
        """Outside a thread it raises TooLongError if it must wait."""
        if not self._begin_gate.acquire(blocking=in_thread):
            raise TooLongError
        try:
            connection = self.pool.take()
            with self._publish_lock:
                connection.execute("BEGIN")
                connection.execute("SELECT 1 FROM vl_schemas LIMIT 1").fetchone()
                transaction = Transaction(
                    next(self._txids), connection, self._catalog, self._commits, self.conflicts
                )
                self._open[transaction.txid] = transaction
            return transaction
        finally:
            self._begin_gate.release()

    def transaction(self, txid: int) -> Transaction:
        """An open transaction. Raises NotFoundError: never begun, over, or expired."""
        if (found := self._open.get(txid)) is None:
            raise NotFoundError(f"no transaction {txid}", "TabularNoSuchTransaction")
        return found

    def reserve_row_ids(self, table_id: int, count: int) -> int:
        """Reserves `count` consecutive row ids and returns the first."""
        with self._row_id_lock:
            first = self._next_row_ids.get(table_id, 0)
            self._next_row_ids[table_id] = first + count
        return first

    def use_row_ids_up_to(self, table_id: int, row_id: int) -> None:
        """Marks row ids that a client chose itself as used."""
        with self._row_id_lock:
            self._next_row_ids[table_id] = max(self._next_row_ids.get(table_id, 0), row_id + 1)

    def rollback(self, transaction: Transaction) -> None:
        self._end(transaction, None)

    def commit(self, transaction: Transaction, *, in_thread: bool = True) -> int:
        """The commit's number, durable when `log.require` has returned for it; 0 when nothing was written.

        When it raises, nothing was committed. Raises ConflictError, after which the transaction is over.
        Outside a thread it raises TooLongError, having done nothing, if the commit would take long or must
        wait.
        """
        if transaction.is_read_only:
            self._end(transaction, None)
            return 0
        if not in_thread and (transaction.changes or transaction.change_count > _QUICK_ROWS):
            raise TooLongError
        if not self._commit_lock.acquire(blocking=in_thread):
            raise TooLongError
        number = None
        try:
            number = self._commit(transaction)
            transaction.record_commit(number)
        finally:
            self._commit_lock.release()
            self._end(transaction, number)
        return number

    def _commit(self, transaction: Transaction) -> int:
        transaction.check_commit()
        catalog = self._merged_catalog(transaction)
        connection = transaction.connection
        connection.execute("COMMIT")  # the snapshot; the temporary tables stay
        connection.execute("BEGIN IMMEDIATE")
        try:
            if catalog is not self._catalog:
                catalog_store.store_changes(connection, self._catalog, catalog)
            for overlay in transaction.overlays.values():
                if found := catalog.find_table(overlay.table_id):
                    overlay.apply(found[1].physical_ids)
            with self._publish_lock:
                connection.execute("COMMIT")
                self._commits += 1
                self._catalog = catalog
                return self._commits
        except sqlite3.IntegrityError as error:
            connection.execute("ROLLBACK")
            raise ConflictError("a row id that a client chose is taken") from error
        except BaseException:
            if connection.sqlite.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _merged_catalog(self, transaction: Transaction) -> Catalog:
        """The newest catalog with the transaction's changes.

        Raises ConflictError if one no longer fits, or if a table it wrote to is gone.
        """
        catalog = self._catalog
        try:
            for change in transaction.changes:
                catalog = change(catalog)
        except TabularError as error:
            raise ConflictError(f"another transaction was first: {error.message}") from error
        for overlay in transaction.overlays.values():
            found = catalog.find_table(overlay.table_id)
            if found is None:
                if transaction.catalog.find_table(overlay.table_id) is not None:
                    raise ConflictError("a table that was written to has been dropped")
                continue
            key, table = found
            written = frozenset(overlay.column_ids) & frozenset(table.by_id)
            if table.written_ids is not None and not written <= table.written_ids:
                catalog = catalog.replace_table(key, table.with_written(written))
        return catalog

    def _end(self, transaction: Transaction, committed: int | None) -> None:
        transaction.finish(committed)
        self.pool.give_back(transaction.connection)
        with self._publish_lock:
            self._open.pop(transaction.txid, None)
            oldest = min((t.snapshot for t in self._open.values()), default=self._commits)
        self.conflicts.forget_before(oldest)

    def expire(self, idle_seconds: float) -> int:
        """Rolls back transactions unused for longer. Returns how many."""
        limit = time.monotonic() - idle_seconds
        expired = 0
        for transaction in list(self._open.values()):
            if transaction.last_used < limit and transaction.lock.acquire(blocking=False):
                try:
                    if not transaction.is_over:
                        self.rollback(transaction)
                        expired += 1
                finally:
                    transaction.lock.release()
        return expired

    @contextmanager
    def paused(self, wait_seconds: float) -> Iterator[bool]:
        """No transaction begins inside the block. Yields whether those that were open ended in time."""
        with self._begin_gate:
            deadline = time.monotonic() + wait_seconds
            while self._open and time.monotonic() < deadline:
                time.sleep(0.002)
            yield not self._open

    def close(self) -> None:
        """Rolls back what is open; the file needs no other cleanup."""
        for transaction in list(self._open.values()):
            with transaction.lock:
                if not transaction.is_over:
                    self.rollback(transaction)
        self.pool.close()
        self.log.close()
        self._keeper.close()


def _highest_id(catalog: Catalog) -> int:
    tables = catalog.tables.values()
    projections = (p.id for table in tables for p in table.projections)
    schemas = (schema.id for schema in catalog.schemas.values())
    return max(itertools.chain((table.id for table in tables), projections, schemas), default=0)
