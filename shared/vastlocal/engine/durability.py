"""Makes commits durable: one sync of the write-ahead log serves every commit that was written before it.

SQLite could sync inside each COMMIT. With `synchronous=NORMAL` it syncs only what keeps the file whole. A
commit may be answered, and what it wrote may be shown, when `require` has returned for its number.
"""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from vastlocal.errors import InternalServerError

_log = logging.getLogger(__name__)
_sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # macOS has only fsync


class LogSync:
    """Keep a connection to the database open meanwhile: the last one to close removes the log."""

    def __init__(
        self, path: Path, written: Callable[[], int], sync: Callable[[int], None] = _sync
    ) -> None:
        """`written` returns the number of the newest commit that is wholly in the log."""
        self._file = os.open(path, os.O_RDWR)
        self._written = written
        self._sync = sync
        self._synced = 0
        self._has_failed = False
        self._lock = threading.Lock()

    def require(self, number: int) -> None:
        """Returns when the commit of this number, and all before it, are on the disk.

        Raises InternalServerError if they may not be. That is final: after a failed sync the system forgets
        what it could not write, and a later sync would succeed without it.
        """
        if number <= self._synced:
            return
        with self._lock:
            if number <= self._synced:
                return
            if self._has_failed:
                raise InternalServerError("an earlier commit could not be stored: restart")
            covered = self._written()
            try:
                self._sync(self._file)
            except OSError as error:
                self._has_failed = True
                _log.exception("the log could not be synced")
                raise InternalServerError("the commit may not have been stored") from error
            self._synced = covered

    def close(self) -> None:
        os.close(self._file)
