"""A small in-memory disk that a test can fill to the last byte."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

_PREFIX = "tams-small-disk-"
_BLOCK = b"\0" * 65_536


class CannotMountError(Exception):
    """Only root may, and only where there is something to mount."""


@dataclass(frozen=True)
class SmallDisk:
    path: Path

    @property
    def _ballast(self) -> Path:
        return self.path / "ballast"

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        self.fill()
        try:
            yield
        finally:
            self.free()

    def fill(self) -> None:
        """Until not one byte more can be written."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(_BLOCK):
                pass

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Mounted in a folder of its own, which no run of pytest clears away. Raises CannotMountError."""
    unmount_stale()
    path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    try:
        _mount(path, megabytes)
        yield SmallDisk(path)
    finally:
        _unmount(path)


def unmount_stale() -> None:
    """Whatever is left of runs that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = path.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            _unmount(path)


def _mount(path: Path, megabytes: int) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise CannotMountError("there is no mount command") from None
    if done.returncode != 0:
        raise CannotMountError(done.stderr.strip() or "mount failed")


def _unmount(path: Path) -> None:
    """Its folder goes too, once nothing is mounted there."""
    if path.is_mount():
        subprocess.run(["umount", "--lazy", str(path)], check=False, capture_output=True)
    with contextlib.suppress(OSError):
        path.rmdir()
