"""The data directory belongs to one server at a time: two would not see each other's catalog."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DirectoryInUseError(Exception):
    """Another server is running on the same data."""


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
