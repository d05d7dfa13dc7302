"""Brings standard input or an address into a file: a file is read several times, and both only once."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from cli.errors import CommandError, RefusedError, one_line
from cli.inputs import Input, Kind
from cli.progress import Progress

_CHUNK_BYTES = 1024 * 1024
_TRIES = 6
_PAUSE_SECONDS = 1.0


@contextmanager
def as_file(given: Input, progress: Progress) -> Iterator[Path]:
    """A file with the content, for as long as the context lasts. Raises CommandError.

    It takes disk space in the folder that TMPDIR names, never memory.
    """
    if given.kind is Kind.FILE:
        yield given.path
        return
    with tempfile.TemporaryDirectory(prefix="tams-ingest-") as folder:
        path = Path(folder) / _name_of(given)
        try:
            if given.kind is Kind.STDIN:
                progress.stage("standard input: receiving")
                _receive(path, progress)
            else:
                progress.stage(f"{path.name}: downloading")
                _download(given.name, path, progress)
        except OSError as error:
            raise CommandError(
                f"{given.name} cannot be kept in {folder}: {error.strerror}"
            ) from error
        yield path


def in_words_of(given: Input, path: Path, text: str) -> str:
    """A message, about what the user named instead of about our copy."""
    return text if given.kind is Kind.FILE else text.replace(str(path), given.name)


def _name_of(given: Input) -> str:
    """The last part of an address, whose suffix tells some types of files apart."""
    if given.kind is Kind.STDIN:
        return "standard input"
    name = unquote(urlsplit(given.name).path).replace("\0", "").rpartition("/")[2]
    return os.fsencode(name)[-200:].decode(errors="ignore").lstrip(".") or "download"


def _receive(path: Path, progress: Progress) -> None:
    if sys.stdin.isatty():
        raise RefusedError(
            "standard input is a terminal: pipe a file into the command, as in "
            "`cat clip.mp4 | tams ingest -`"
        )
    with path.open("wb") as file:
        while chunk := sys.stdin.buffer.read(_CHUNK_BYTES):
            file.write(chunk)
            progress.advance(len(chunk))


def _download(address: str, path: Path, progress: Progress) -> None:
    """Goes on where a connection broke, if the server can. Raises RefusedError, CommandError."""
    with httpx.Client(timeout=httpx.Timeout(60, connect=10), follow_redirects=True) as http:
        version: str | None = None
        for attempt in range(_TRIES):
            done = path.stat().st_size if path.exists() else 0
            headers = {"Accept-Encoding": "identity"}
            if done and version is not None:
                headers |= {"Range": f"bytes={done}-", "If-Range": version}
            try:
                with http.stream("GET", address, headers=headers) as response:
                    version = _strong_version(response)
                    _save(response, address, path, progress)
                    return
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                raise RefusedError(f"{address} is not an address: {one_line(error)}") from error
            except httpx.TooManyRedirects as error:
                raise RefusedError(f"{address} redirects too often") from error
            except httpx.TransportError as error:
                if attempt + 1 == _TRIES or (isinstance(error, httpx.ConnectError) and not attempt):
                    reason = one_line(error) or type(error).__name__
                    raise CommandError(f"{address} cannot be downloaded: {reason}") from error
            time.sleep(_PAUSE_SECONDS * attempt)


def _strong_version(response: httpx.Response) -> str | None:
    version = response.headers.get("etag")
    return version if version is not None and not version.startswith("W/") else None


def _save(response: httpx.Response, address: str, path: Path, progress: Progress) -> None:
    if not response.is_success:
        raise RefusedError(
            f"{address} cannot be downloaded: {response.status_code} {response.reason_phrase}"
        )
    is_rest = response.status_code == httpx.codes.PARTIAL_CONTENT
    if not is_rest:
        total = int(response.headers.get("content-length") or 0)
        _check_room(total, path.parent, address)
        progress.begin(total)
    with path.open("ab" if is_rest else "wb") as file:
        for chunk in response.iter_bytes(_CHUNK_BYTES):
            file.write(chunk)
            progress.advance(len(chunk))


def _check_room(size: int, folder: Path, address: str) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise CommandError(
            f"{address} has {size:,} bytes, and {tempfile.gettempdir()} has room for {free:,}: "
            "set TMPDIR to a folder with more"
        )
