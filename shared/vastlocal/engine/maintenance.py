"""Housekeeping in a thread of its own: checkpoints, and the expiry of idle transactions."""

import logging
import sqlite3
import threading
import time
from pathlib import Path

from vastlocal.engine.connections import Connection
from vastlocal.engine.database import Database

_INTERVAL_SECONDS = 0.5
_CHECKPOINT_BYTES = 8 << 20
_RESTART_BYTES = 256 << 20
"""A write-ahead log of this length is worth a pause: readers keep it from starting over."""
_PAUSE_SECONDS = 0.25
_PAUSE_EVERY_SECONDS = 10.0
_log = logging.getLogger(__name__)


class Maintenance:
    def __init__(self, database: Database, idle_timeout_seconds: float) -> None:
        self._database = database
        self._idle_timeout_seconds = idle_timeout_seconds
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
        size = _size(self._database.path.with_name(self._database.path.name + "-wal"))
        commits = self._database.commits
        if size < _CHECKPOINT_BYTES or commits == self._checkpointed:
            return
        self._checkpointed = commits if size < _RESTART_BYTES else -1
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            if size > _RESTART_BYTES:
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
