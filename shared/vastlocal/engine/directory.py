"""The data directory: one server at a time owns it, and its disk is finite."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_RESERVE_BYTES = 8 << 20
_RESERVE_PART = 20
"""On a small disk, the reserve is a twentieth of it."""


class DirectoryInUseError(Exception):
    """Another server is running on the same data, and would not see our catalog."""


@contextmanager
def owned(directory: Path) -> Iterator[None]:
    """Creates the directory if needed. Raises DirectoryInUseError; a crash releases the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "vastlocal.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DirectoryInUseError(f"another server is running on {directory}") from error
        yield


def size_of_disk(directory: Path) -> int:
    """In bytes."""
    disk = os.statvfs(directory)
    return disk.f_blocks * disk.f_frsize


def is_full(directory: Path) -> bool:
    """Whether the disk has only the space left that deletes need, which free space again."""
    disk = os.statvfs(directory)
    reserve = min(_RESERVE_BYTES, disk.f_blocks * disk.f_frsize // _RESERVE_PART)
    return disk.f_bavail * disk.f_frsize < reserve
