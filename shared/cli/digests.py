"""The digest of a file's whole content, computed once for as long as the file does not change."""

import hashlib
import json
import os
import tempfile
import time
from pathlib import Path

from cli.errors import CommandError
from cli.progress import Progress

_CHUNK_BYTES = 4 * 1024 * 1024

SETTLED_NS = 2 * 10**9
"""Two changes within the resolution of a file system's clock look like one. So the digest of a file that
changed this recently is not cached."""


def content_digest(path: Path, progress: Progress) -> str:
    """In hexadecimal. Raises CommandError for a file that cannot be read, or that changes during it."""
    try:
        state = file_state(path)
        known = _kept(path, state)
        if known is not None:
            return known
        digest = _read(path, progress)
        if file_state(path) != state:
            raise CommandError(
                f"{path} changed while it was being read; ingest it when it is complete"
            )
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    _keep(path, state, digest)
    return digest


def file_state(path: Path) -> list[int]:
    """Values that change with the content. The time of the last change (ctime) cannot be set back."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev]


def _read(path: Path, progress: Progress) -> str:
    progress.begin(path.stat().st_size)
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            progress.advance(len(chunk))
    return digest.hexdigest()


def _entry(path: Path) -> Path:
    """Where a file's digest is cached: one small file each, so that no two commands share one."""
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()
    return cache_folder() / "digests" / f"{name}.json"


def cache_folder() -> Path:
    """Raises RuntimeError where there is no home."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "tams"


def _kept(path: Path, state: list[int]) -> str | None:
    try:
        entry = json.loads(_entry(path).read_bytes())
        return str(entry["sha256"]) if entry["state"] == state else None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return None  # the cache saves time; without it the file is read


def _keep(path: Path, state: list[int], digest: str) -> None:
    if time.time_ns() - max(state[1], state[2]) < SETTLED_NS:
        return
    try:
        entry = _entry(path)
        entry.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=entry.parent, delete=False) as file:
            json.dump({"state": state, "sha256": digest}, file)
        Path(file.name).replace(entry)
    except (OSError, RuntimeError):
        return
