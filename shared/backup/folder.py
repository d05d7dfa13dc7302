"""The folder of an export: whole when it has a manifest, and marked as unfinished until then.

Its files hold secrets of clients and of the service, so nobody else may read them.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from backup.manifest import FileEntry, Manifest
from tams.errors import InvalidRequestError
from tams.ports import Progress

MANIFEST, UNFINISHED = "manifest.json", "UNFINISHED"
_CHUNK_BYTES = 1 << 20


@contextmanager
def new_folder(folder: Path) -> Iterator[None]:
    """Makes a folder that is marked as unfinished unless the block ends well.

    Raises InvalidRequestError if the folder has content.
    """
    if (folder / UNFINISHED).exists():
        raise InvalidRequestError(
            f"{folder} holds an unfinished export: remove it, or export to another folder"
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InvalidRequestError(f"{folder} is not empty: export to a new folder")
        with new_file(folder / UNFINISHED):
            pass
    except OSError as error:
        raise InvalidRequestError(
            f"{folder} cannot be made or written: {error.strerror}"
        ) from error
    try:
        yield
    except OSError as error:
        raise InvalidRequestError(f"{folder} cannot be written: {error.strerror}") from error
    (folder / UNFINISHED).unlink()
    _sync(folder)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that only its owner may read, on the disk when the block ends."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    with new_file(folder / MANIFEST) as file:
        file.write(manifest.model_dump_json(indent=1).encode() + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """Raises InvalidRequestError if this is not a whole export."""
    if not folder.is_dir():
        raise InvalidRequestError(f"there is no folder {folder}")
    if (folder / UNFINISHED).exists():
        raise InvalidRequestError(f"the export in {folder} is unfinished: it cannot be imported")
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise InvalidRequestError(
            f"{folder} has no readable {MANIFEST}: it is not an export"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise InvalidRequestError(
            f"{folder / MANIFEST} is damaged, or of a later release: {place}: {first['msg']}"
        ) from error


def entry_of(path: Path, rows: int, row_groups: int) -> FileEntry:
    return FileEntry(
        name=path.name,
        rows=rows,
        row_groups=row_groups,
        size_bytes=path.stat().st_size,
        sha256=digest_of(path),
    )


def digest_of(path: Path, progress: Progress | None = None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            if progress is not None:
                progress.advance(len(chunk))
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
