"""One stack per data directory."""

import fcntl
import os
import time
from pathlib import Path

from local.errors import AlreadyRunningError

FILE_NAME = "lock"

_PATIENCE_SECONDS = 1.5
"""The lock of a killed stack remains until all its processes have ended."""


class DataDirLock:
    """Held by an open file, so it ends with the processes that hold it, however they end."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._descriptor: int | None = None

    def acquire(self, description: str) -> None:
        """`description` describes this stack to a second one. Raises AlreadyRunningError."""
        descriptor = os.open(self._data_dir / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _try_lock(descriptor):
            if time.monotonic() > deadline:
                holder = os.read(descriptor, 1000).decode(errors="replace").strip()
                os.close(descriptor)
                raise AlreadyRunningError(
                    f"a local stack already uses {self._data_dir} ({holder}): "
                    "stop it, or set TAMS_DATA_DIR=… to another directory"
                )
            time.sleep(0.05)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{description}\n".encode())
        self._descriptor = descriptor

    @property
    def descriptor(self) -> int:
        assert self._descriptor is not None, "the lock is not held"
        return self._descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
