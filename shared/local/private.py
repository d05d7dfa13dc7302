"""What the stack keeps is for its owner alone: folders 0700, files 0600."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.faults import LocalStackError

UMASK = 0o077
"""Of every part: only the owner can read what it makes."""

_OURS = frozenset({"credentials.json", "lock", "logs", "s3", "vast"})
"""A data folder that holds anything else belongs to more than the stack."""


@contextmanager
def private_files() -> Iterator[None]:
    """What this process makes meanwhile is private."""
    before = os.umask(UMASK)
    try:
        yield
    finally:
        os.umask(before)


def close_to_others(data_dir: Path) -> str:
    """Closes what an earlier version left open; a note about it, empty when nothing was open.

    A folder that holds other things too, such as a home, stays as it is; what the stack has in it is closed.
    Raises LocalStackError.
    """
    entries = list(data_dir.iterdir())
    ours = [each for each in entries if each.name in _OURS]
    try:
        closed = [_close(each) for each in ([data_dir] if len(ours) == len(entries) else ours)]
    except PermissionError as error:
        raise LocalStackError(f"{error.filename} belongs to another user of this machine") from None
    return (
        f"{data_dir} was open to other users of this machine; it is closed now"
        if any(closed)
        else ""
    )


def _close(path: Path) -> bool:
    """Whether it was open. What lies in a folder that was closed was out of reach, and is not looked at."""
    if path.is_symlink() or not (mode := stat.S_IMODE(path.stat().st_mode)) & UMASK:
        return False
    path.chmod(mode & ~UMASK)
    if path.is_dir():
        for each in path.iterdir():
            _close(each)
    return True
