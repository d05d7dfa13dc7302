"""Housekeeping in a thread of its own: checkpoints, and the expiry of idle transactions."""

import logging
import sqlite3
import threading
import time
from pathlib import Path

from vastlocal.engine.connections import Connection
from vastlocal.engine.database import Database
from vastlocal.engine.directory import is_full, size_of_disk

_INTERVAL_SECONDS = 0.5
_CHECKPOINT_BYTES = 8 << 20
_RESTART_BYTES = 256 << 20
"""A write-ahead log of this length is worth a pause: readers keep it from starting over."""
_RESTART_PART = 8
"""On a small disk, an eighth of it is."""
_WORTHWHILE_BYTES = 1 << 20
_PAUSE_SECONDS = 0.25
_PAUSE_EVERY_SECONDS = 10.0
_log = logging.getLogger(__name__)


class Maintenance:
    def __init__(self, database: Database, idle_timeout_seconds: float) -> None:
        self._database = database
        self._idle_timeout_seconds = idle_timeout_seconds
        self._restart_bytes = min(
            _RESTART_BYTES, size_of_disk(database.path.parent) // _RESTART_PART
        )
        self._checkpoint_bytes = min(_CHECKPOINT_BYTES, self._restart_bytes // 2)
        self._checkpointed = -1
        self._next_pause = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="maintenance", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        connection = Connection(self._database.path)
        interval = min(_INTERVAL_SECONDS, max(self._idle_timeout_seconds / 4, 0.01))
        while not self._stop.wait(interval):
            try:
                expired = self._database.expire(self._idle_timeout_seconds)
                if expired:
                    _log.warning("expired %d idle transactions", expired)
                self._checkpoint(connection)
            except sqlite3.Error as error:  # such as a full disk, which may have space again later
                _log.warning("housekeeping postponed: %s", error)
        connection.close()

    def _checkpoint(self, connection: Connection) -> None:
        """On a full disk the log is the first thing to shrink: no commit comes before that."""
        size = _size(self._database.path.with_name(self._database.path.name + "-wal"))
        commits = self._database.commits
        is_urgent = size > _WORTHWHILE_BYTES and is_full(self._database.path.parent)
        if not is_urgent and (size < self._checkpoint_bytes or commits == self._checkpointed):
            return
        starts_over = is_urgent or size > self._restart_bytes
        self._checkpointed = -1 if starts_over else commits
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            if starts_over:
                self._start_log_over(connection)
        except sqlite3.OperationalError as error:
            _log.info("checkpoint postponed: %s", error)

    def _start_log_over(self, connection: Connection) -> None:
        if time.monotonic() < self._next_pause:
            return
        self._next_pause = time.monotonic() + _PAUSE_EVERY_SECONDS
        with self._database.paused(_PAUSE_SECONDS) as is_quiet:
            if is_quiet:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
