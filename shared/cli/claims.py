"""Keeps two ingests of the same content apart: on one machine by a lock, across machines by a tag.

The API has no locks. An ingest therefore names itself on the multi Flow, and renews that while it runs.
Another one waits while it is renewed.
"""

import fcntl
import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeGuard
from uuid import uuid4

from cli.client import Client
from cli.digests import cache_folder
from cli.errors import CommandError

CLAIM_TAG = "ingest_by"
"""The tag on the multi Flow of a file that is being ingested: who does it, and when it was last renewed."""

BEAT_SECONDS = 20.0
SILENT_SECONDS = 70.0
"""An ingest on another machine that has been silent for so long has ended."""

_LOOK_SECONDS = 2.0

Say = Callable[[str], None]


@contextmanager
def alone_here(digest: str, url: str, say: Say) -> Iterator[None]:
    """Waits until no other process of this user ingests this content into the same store."""
    try:
        file = _locked(_lock_path(digest, url), say)
    except (OSError, RuntimeError):  # without a cache there are no locks, but the tag still tells
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError):
            Path(file.name).unlink()
        file.close()


def _lock_path(digest: str, url: str) -> Path:
    name = hashlib.sha256(f"{digest} {url}".encode()).hexdigest()
    return cache_folder() / "locks" / name


def _locked(path: Path, say: Say) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            say(f"{holder} on this machine is ingesting the same content; waiting for it to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        if _is_at(path, file):
            break
        file.close()  # whoever had it has removed it
    file.truncate(0)
    file.write(f"process {os.getpid()}")
    file.flush()
    return file


def _is_at(path: Path, file: IO[str]) -> bool:
    try:
        return path.stat().st_ino == os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return False


class Claim:
    """Who ingests into a multi Flow, according to its tags."""

    def __init__(self, client: Client, multi_id: str, say: Say) -> None:
        self._client = client
        self._path = f"/flows/{multi_id}"
        self._say = say
        self._machine = _machine()
        self._ended = threading.Event()

    def words(self) -> str:
        """The value of the tag, new at every beat."""
        now = datetime.now(UTC).isoformat(timespec="seconds").removesuffix("+00:00")
        return f"{socket.gethostname()}, process {os.getpid()} ({self._machine}) at {now}Z"

    def wait(self, known: dict[str, Any] | None) -> dict[str, Any] | None:
        """The multi Flow as soon as nobody on another machine ingests into it."""
        heard, since = _claim_of(known), time.monotonic()
        if self._is_others(heard):
            self._say(f"{heard.partition(' (')[0]} is ingesting the same content; waiting")
        while self._is_others(heard):
            time.sleep(_LOOK_SECONDS)
            known = self._client.find(self._path)
            now = _claim_of(known)
            if now != heard:
                heard, since = now, time.monotonic()
            elif time.monotonic() - since > SILENT_SECONDS:
                break
        return known

    @contextmanager
    def held(self) -> Iterator[None]:
        """Renews the claim of this ingest while it runs."""
        beating = threading.Thread(target=self._beat, daemon=True)
        beating.start()
        try:
            yield
        finally:
            self._ended.set()
            beating.join()

    def is_ours(self) -> bool:
        """False if somebody else claimed the Flow at the same moment, and did so last."""
        return not self._is_others(_claim_of(self._client.find(self._path)))

    def _is_others(self, heard: str | None) -> TypeGuard[str]:
        return heard is not None and f"({self._machine})" not in heard

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            with suppress(CommandError):  # what is wrong shows at the next upload, too
                self._client.put(f"{self._path}/tags/{CLAIM_TAG}", self.words())


def _claim_of(multi: dict[str, Any] | None) -> str | None:
    found = ((multi or {}).get("tags") or {}).get(CLAIM_TAG)
    return found if isinstance(found, str) else None


def _machine() -> str:
    """A name for all processes that share these locks; a new one each time where there is no cache."""
    with suppress(OSError, RuntimeError):
        path = cache_folder() / "machine"
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), path.open("x") as file:
            file.write(uuid4().hex[:8])
        if kept := path.read_text().strip():
            return kept
    return uuid4().hex[:8]
