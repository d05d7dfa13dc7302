"""One transaction: a snapshot, its changes so far, and the rules for further changes."""

# ruff: noqa: S608 - the names in our SQL are made of our own numbers

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from vastlocal.engine.catalog import Catalog, SchemaKey, TableKey
from vastlocal.engine.conflicts import EVERYTHING, ConflictTracker
from vastlocal.engine.connections import Connection
from vastlocal.engine.definitions import TableDefinition
from vastlocal.engine.overlay import Overlay
from vastlocal.errors import BadRequestError

CatalogChange = Callable[[Catalog], Catalog]


@dataclass(frozen=True, slots=True)
class TableStats:
    rows: int
    size_bytes: int
    inserted_rows: int


class Transaction:
    """Not thread-safe: hold `lock` to use it."""

    def __init__(
        self,
        txid: int,
        connection: Connection,
        catalog: Catalog,
        snapshot: int,
        conflicts: ConflictTracker,
    ) -> None:
        self.txid = txid
        self.connection = connection
        self.base = catalog
        """The catalog as committed when the transaction began."""
        self.catalog = catalog
        """The same catalog with this transaction's own changes."""
        self.snapshot = snapshot
        """The number of the last visible commit."""
        self.lock = threading.Lock()
        self.last_used = time.monotonic()
        self.changes: list[CatalogChange] = []
        self.overlays: dict[int, Overlay] = {}
        self.is_over = False
        self._conflicts = conflicts
        self._objects: set[tuple[str, ...]] = set()
        self._is_doomed = False

    @property
    def is_read_only(self) -> bool:
        return not self.changes and not any(o.change_count for o in self.overlays.values())

    @property
    def change_count(self) -> int:
        """Number of rows to apply at commit."""
        return sum(overlay.change_count for overlay in self.overlays.values())

    def change_catalog(self, change: CatalogChange, *keys: SchemaKey | TableKey) -> None:
        """Applies a change of definitions; `keys` name the objects it touches.

        Raises ConflictError at once if another transaction touches the same objects, and whatever the change
        raises when it does not fit.
        """
        changed = change(self.catalog)
        for key in keys:
            self._conflicts.claim_object(self.txid, self.snapshot, key)
            self._objects.add(key)
        self.catalog = changed
        self.changes.append(change)

    def base_table(self, table_id: int) -> TableDefinition | None:
        """The table as its committed rows have it, None if this transaction created it."""
        found = self.base.find_table(table_id)
        return found[1] if found else None

    def _overlay(self, table: TableDefinition) -> Overlay:
        overlay = self.overlays.get(table.id)
        if overlay is None:
            overlay = Overlay(self.connection, table.id, self.base_table(table.id))
            self.overlays[table.id] = overlay
        return overlay

    def stats(self, table_id: int) -> TableStats:
        """The statistics as this transaction sees the table, its own changes included."""
        row = self.connection.execute(
            "SELECT rows, bytes, inserted FROM vl_stats WHERE table_id = ?", (table_id,)
        ).fetchone()
        rows, size_bytes, inserted = row or (0, 0, 0)
        if overlay := self.overlays.get(table_id):
            rows += overlay.inserted_count - overlay.deleted_count
            size_bytes += overlay.inserted_bytes
            inserted += overlay.inserted_count
        return TableStats(rows, size_bytes, inserted)

    def has_rows(self, table_id: int, row_ids: Sequence[int]) -> bool:
        """Whether any of these rows exists, committed or written by this transaction."""
        overlay = self.overlays.get(table_id)
        if overlay and any(overlay.is_own(row_id) for row_id in row_ids):
            return True
        if self.base_table(table_id) is None:
            return False
        select = f"SELECT 1 FROM main.t{table_id} WHERE row_id = ?"
        return any(self.connection.execute(select, (r,)).fetchone() for r in row_ids)

    def insert(
        self,
        table: TableDefinition,
        row_ids: Sequence[int],
        column_ids: Sequence[int],
        cells: Sequence[Sequence[Any]],
        size_bytes: int,
    ) -> None:
        overlay = self._overlay(table)
        with self._whole():
            overlay.insert(row_ids, column_ids, cells)
        overlay.inserted_bytes += size_bytes
        overlay.next_row_id = max(overlay.next_row_id, max(row_ids) + 1)

    def update(
        self,
        table: TableDefinition,
        row_ids: Sequence[int],
        column_ids: Sequence[int],
        cells: Sequence[Sequence[Any]],
    ) -> None:
        """Raises ConflictError, and BadRequestError for rows that do not exist."""
        overlay = self._overlay(table)
        mask = 0
        for column_id in column_ids:
            mask |= 1 << column_id
        self._claim(overlay, row_ids, mask)
        with self._whole():
            overlay.update(row_ids, column_ids, cells)

    def delete(self, table: TableDefinition, row_ids: Sequence[int]) -> None:
        """Raises ConflictError."""
        overlay = self._overlay(table)
        self._claim(overlay, row_ids, EVERYTHING)
        with self._whole():
            overlay.delete(row_ids)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """A statement that fails half-way, as on a full disk, ends its transaction."""
        try:
            yield
        except (BadRequestError, sqlite3.Error):
            self._is_doomed = True
            raise

    def _claim(self, overlay: Overlay, row_ids: Sequence[int], mask: int) -> None:
        foreign = overlay.foreign(row_ids)
        self._conflicts.claim_rows(self.txid, self.snapshot, overlay.table_id, foreign, mask)

    def touch(self) -> None:
        """Postpones expiry."""
        self.last_used = time.monotonic()

    def check_commit(self) -> None:
        """Raises ConflictError, or BadRequestError after a half-finished statement."""
        if self._is_doomed:
            raise BadRequestError("an earlier statement of this transaction failed half-way")
        for overlay in self.overlays.values():
            self._conflicts.check_commit(self.snapshot, overlay.table_id, overlay.writes)

    def record_commit(self, number: int) -> None:
        """Informs the conflict tracker; must run before the next commit may check."""
        for overlay in self.overlays.values():
            if overlay.writes:
                self._conflicts.record_commit(number, overlay.table_id, overlay.writes)

    def finish(self, committed: int | None) -> None:
        """Releases everything; `committed` is the commit's number, None after a rollback."""
        self.is_over = True
        try:
            if self.connection.sqlite.in_transaction:
                # Only temporary tables were written. ROLLBACK would undo their creation.
                self.connection.execute("COMMIT")
            for overlay in self.overlays.values():
                overlay.clear()
        except sqlite3.Error:  # a full disk; the next transaction gets another connection
            self.connection.is_broken = True
        for overlay in self.overlays.values():
            self._conflicts.release_rows(self.txid, overlay.table_id, overlay.writes)
        self._conflicts.release_objects(self.txid, self._objects, committed)
        self.overlays.clear()
