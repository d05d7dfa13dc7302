"""Tracks who changes what: write sets of open transactions, and of commits an open one cannot see.

A claim is a bit mask of column ids; a delete claims every column. Under `strict` and `commit` every claim
counts as a delete, so any two changes of one row collide.
"""

import threading
from collections import deque
from collections.abc import Hashable, Iterable, Mapping

from vastlocal.errors import ConflictError
from vastlocal.settings import ConflictMode

EVERYTHING = -1
"""The mask that collides with every other."""

_Claims = tuple[tuple[int, int], ...]
"""(transaction id or commit number, mask), usually one."""


class ConflictTracker:
    def __init__(self, mode: ConflictMode) -> None:
        self._mode = mode
        self._lock = threading.Lock()
        self._open: dict[int, dict[int, _Claims]] = {}
        self._committed: dict[int, dict[int, _Claims]] = {}
        self._history: deque[tuple[int, int, tuple[int, ...]]] = deque()
        self._open_objects: dict[Hashable, int] = {}
        self._committed_objects: dict[Hashable, int] = {}

    def _mask(self, mask: int) -> int:
        return mask if self._mode is ConflictMode.COLUMN else EVERYTHING

    def claim_rows(
        self, txid: int, snapshot: int, table_id: int, row_ids: list[int], mask: int
    ) -> None:
        """Call before an update or delete. Raises ConflictError, and then has claimed nothing."""
        if self._mode in {ConflictMode.COMMIT, ConflictMode.NEVER}:
            return
        mask = self._mask(mask)
        claim = (txid, mask)
        alone: _Claims = (claim,)
        with self._lock:
            self._check_committed(snapshot, table_id, dict.fromkeys(row_ids, mask))
            claims = self._open.setdefault(table_id, {})
            for row_id in row_ids:
                for holder, held in claims.get(row_id, ()):
                    if holder != txid and held & mask:
                        raise ConflictError(f"row {row_id} is being changed by {holder}")
            for row_id in row_ids:
                held_already = claims.get(row_id)
                if held_already is None:
                    claims[row_id] = alone
                elif claim not in held_already:
                    claims[row_id] = (*held_already, claim)

    def check_commit(self, snapshot: int, table_id: int, writes: Mapping[int, int]) -> None:
        """The last check before a commit; the only one in `commit` mode. Raises ConflictError."""
        if self._mode is ConflictMode.NEVER:
            return
        with self._lock:
            self._check_committed(snapshot, table_id, writes)

    def _check_committed(self, snapshot: int, table_id: int, writes: Mapping[int, int]) -> None:
        committed = self._committed.get(table_id)
        if not committed:
            return
        for row_id, mask in writes.items():
            for number, changed in committed.get(row_id, ()):
                if number > snapshot and changed & self._mask(mask):
                    raise ConflictError(f"row {row_id} was changed after this transaction began")

    def release_rows(self, txid: int, table_id: int, row_ids: Iterable[int]) -> None:
        """Call when the transaction has ended, whatever its outcome."""
        with self._lock:
            claims = self._open.get(table_id)
            if claims is None:
                return
            for row_id in row_ids:
                kept = tuple(claim for claim in claims.get(row_id, ()) if claim[0] != txid)
                if kept:
                    claims[row_id] = kept
                else:
                    claims.pop(row_id, None)
            if not claims:
                del self._open[table_id]

    def record_commit(self, number: int, table_id: int, writes: Mapping[int, int]) -> None:
        """Remembered until `forget_before` passes the commit."""
        with self._lock:
            committed = self._committed.setdefault(table_id, {})
            shared: dict[int, _Claims] = {}
            for row_id, mask in writes.items():
                effective = self._mask(mask)
                claims = shared.setdefault(effective, ((number, effective),))
                committed[row_id] = committed.get(row_id, ()) + claims
            self._history.append((number, table_id, tuple(writes)))

    def forget_before(self, oldest_snapshot: int) -> None:
        """Drops commits that every open transaction can see."""
        with self._lock:
            while self._history and self._history[0][0] <= oldest_snapshot:
                number, table_id, row_ids = self._history.popleft()
                committed = self._committed[table_id]
                for row_id in row_ids:
                    kept = tuple(c for c in committed.get(row_id, ()) if c[0] > number)
                    if kept:
                        committed[row_id] = kept
                    else:
                        committed.pop(row_id, None)
                if not committed:
                    del self._committed[table_id]
            done = [k for k, n in self._committed_objects.items() if n <= oldest_snapshot]
            for key in done:
                del self._committed_objects[key]

    def claim_object(self, txid: int, snapshot: int, key: Hashable) -> None:
        """Call before a change of a schema or table definition. Raises ConflictError at once."""
        with self._lock:
            if self._open_objects.get(key, txid) != txid:
                raise ConflictError(f"{key} is being changed by another transaction")
            if self._committed_objects.get(key, 0) > snapshot:
                raise ConflictError(f"{key} was changed after this transaction began")
            self._open_objects[key] = txid

    def release_objects(self, txid: int, keys: Iterable[Hashable], committed: int | None) -> None:
        """`committed` is the commit's number, None after a rollback."""
        with self._lock:
            for key in keys:
                if self._open_objects.get(key) == txid:
                    del self._open_objects[key]
                    if committed is not None:
                        self._committed_objects[key] = committed
