"""Only the owner may read what the stack stores: folders 0700, files 0600."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import LocalStackError

UMASK = 0o077
"""The umask of every part: only the owner can read what it creates."""

_OURS = frozenset({"credentials.json", "lock", "logs", "s3", "vast"})
"""What a data folder may hold. One with anything else belongs to more than the stack."""


@contextmanager
def private_files() -> Iterator[None]:
    """Files that this process creates inside the block are private."""
    before = os.umask(UMASK)
    try:
        yield
    finally:
        os.umask(before)


def close_to_others(data_dir: Path) -> str:
    """Closes what an earlier version left open. Returns a note about it, empty when nothing was open.

    A folder that holds other things too, such as a home, stays as it is; only the stack's content in it is
    closed. Raises LocalStackError.
    """
    entries = list(data_dir.iterdir())
    ours = [each for each in entries if each.name in _OURS]
    try:
        closed = [_close(each) for each in ([data_dir] if len(ours) == len(entries) else ours)]
    except PermissionError as error:
        raise LocalStackError(f"{error.filename} belongs to another user of this machine") from None
    return (
        f"{data_dir} was readable by other users of this machine; its permissions have been corrected"
        if any(closed)
        else ""
    )


def _close(path: Path) -> bool:
    """Whether it was open. The content of a folder that was closed was out of reach, and is not checked."""
    if path.is_symlink() or not (mode := stat.S_IMODE(path.stat().st_mode)) & UMASK:
        return False
    path.chmod(mode & ~UMASK)
    if path.is_dir():
        for each in path.iterdir():
            _close(each)
    return True
