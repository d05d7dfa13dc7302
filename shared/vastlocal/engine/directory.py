"""The data directory: it belongs to one server at a time, and its disk has an end."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_RESERVE_BYTES = 8 << 20
_RESERVE_PART = 20
"""On a small disk, one twentieth of it."""


class DirectoryInUseError(Exception):
    """Another server is running on the same data, and would not see our catalog."""


@contextmanager
def owned(directory: Path) -> Iterator[None]:
    """Makes the directory if need be. Raises DirectoryInUseError; a crash lets go of it."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "vastlocal.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DirectoryInUseError(f"another server is running on {directory}") from error
        yield


def is_full(directory: Path) -> bool:
    """Whether the disk has no more left than deletes need, which make room again."""
    disk = os.statvfs(directory)
    reserve = min(_RESERVE_BYTES, disk.f_blocks * disk.f_frsize // _RESERVE_PART)
    return disk.f_bavail * disk.f_frsize < reserve
