"""A deployment for tests of services: its VAST runs in this process, and the rest is inspectable in memory.

Services decide on rows, so the real repositories keep them, over real HTTP, in the local VAST's own engine.
Queues, bytes and receivers only note what they are given.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tams.errors import BackendUnavailableError
from tams.models.delivery import Answer
from tams.models.piece import StoredPiece
from tams.models.stored_key import StoredKey
from tams.models.stored_objects import Instance
from tams.models.webhook import Webhook
from tams.object_stores.object_keys import object_id_of, object_key
from tams.repositories.database import Database
from tams.runtime.deployment import Deployment
from tests.integration.local_vast import STORAGE_ID, settings_for
from tests.provisioned import add_tables
from vastlocal.http.server import serving
from vastlocal.settings import Settings as VastSettings

ARCHIVE_ID = "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a01"
START = datetime(2030, 1, 1, tzinfo=UTC)


@contextmanager
def a_vast_in_process(data: Path) -> Iterator[str]:
    """The URL of a VAST with all tables, which a thread of this process serves as long as the block."""
    add_tables(data)
    with serving(VastSettings(data, "K", "S", ("tams",), port=0)) as url:
        yield url


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class Queue:
    """What it was sent, each with how long it was to wait."""

    sent: list[tuple[str, float]] = field(default_factory=list)

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
        self.sent += [(body, delay_seconds) for body in bodies]

    def check(self) -> None:
        """It always answers."""

    @property
    def bodies(self) -> list[str]:
        return [body for body, _ in self.sent]


class Queues:
    def __init__(self) -> None:
        self.events, self.deliveries, self.deletions = Queue(), Queue(), Queue()
        self.object_cleanup, self.copies, self.renders = Queue(), Queue(), Queue()


@dataclass
class Bytes:
    """Which Objects' bytes lie on which backend, with the headers that they came with."""

    kept: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    """Backends that do not answer."""
    modified: datetime = START
    """When all of them were uploaded."""
    with_sessions: set[str] = field(default_factory=set)
    """Backends whose signatures end with a session."""
    on_put: Callable[[], None] = lambda: None
    """What happens elsewhere as soon as the bytes are stored."""

    def put_url(
        self,
        storage_id: str,
        object_id: str,
        content_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        told = "".join(f" {name}={value}" for name, value in (headers or {}).items())
        return f"put:{storage_id}/{object_id} {content_type}{told}"

    def get_url(self, storage_id: str, object_id: str) -> str:
        return f"get:{storage_id}/{object_id}"

    def lasting_url(
        self, storage_id: str, object_id: str, *, begin: int, seconds: int, name: str
    ) -> str | None:
        if storage_id in self.with_sessions:
            return None
        return f"lasting:{storage_id}/{object_id} {begin}+{seconds} {name}"

    def get_urls(self, objects: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        return {each: self.get_url(*each) for each in objects}

    def plain_url(self, storage_id: str, object_id: str) -> str:
        return f"plain:{storage_id}/{object_id}"

    def put(self, storage_id: str, object_id: str, content: bytes, content_type: str) -> None:
        self._ask(storage_id)
        told = {"content-type": content_type, "content-length": str(len(content))}
        self.kept[storage_id, object_id] = told
        self.on_put()

    def delete(self, object_id: str, instances: Sequence[Instance]) -> None:
        for instance in instances:
            if instance.storage_id is not None:
                self._ask(instance.storage_id)
                self.kept.pop((instance.storage_id, object_id), None)

    def copy(
        self, object_id: str, source: Instance, storage_id: str, content_type: str | None
    ) -> None:
        self._ask(source.storage_id or "")
        self._ask(storage_id)
        self.kept[storage_id, object_id] = {"content-type": content_type or ""}

    def check(self) -> None:
        """It always answers."""

    def bucket_of(self, storage_id: str) -> str | None:
        return {STORAGE_ID: "media", ARCHIVE_ID: "archive"}.get(storage_id)

    def object_id_of(self, key: str) -> str | None:
        return object_id_of(key)

    def is_told_by_its_key(self, object_id: str) -> bool:
        return object_id_of(object_key(object_id)) == object_id

    def keys(self, storage_id: str) -> Iterator[Sequence[StoredKey]]:
        self._ask(storage_id)
        yield [
            StoredKey(object_key(object_id), object_id, 1, self.modified)
            for where, object_id in list(self.kept)
            if where == storage_id
        ]

    def upload_headers(self, storage_id: str, object_id: str) -> dict[str, str] | None:
        self._ask(storage_id)
        return self.kept.get((storage_id, object_id))

    def _ask(self, storage_id: str) -> None:
        if storage_id in self.away:
            raise BackendUnavailableError(f"{storage_id} is away")


@dataclass
class Pieces:
    """Which rendered pieces lie on which backend. It counts how often it is asked for them."""

    kept: dict[tuple[str, str], StoredPiece] = field(default_factory=dict)
    with_sessions: set[str] = field(default_factory=set)
    asked: int = 0

    def of_flow(self, storage_id: str, flow_id: str, most: int) -> dict[str, StoredPiece] | None:
        self.asked += 1
        found = {
            name: piece
            for (where, name), piece in self.kept.items()
            if where == storage_id and name.startswith(f"{flow_id}/")
        }
        return None if len(found) > most else found

    def url(self, storage_id: str, name: str) -> str:
        return f"get-piece:{storage_id}/{name}"

    def lasting_url(
        self, storage_id: str, name: str, *, begin: int, seconds: int, file_name: str
    ) -> str | None:
        if storage_id in self.with_sessions:
            return None
        return f"lasting-piece:{storage_id}/{name} {begin}+{seconds} {file_name}"


@dataclass
class Receivers:
    """Take every event, unless an answer is set for their webhook."""

    answers: dict[str, Answer] = field(default_factory=dict)
    got: dict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def send(self, webhook: Webhook, event_id: str, body: Mapping[str, Any]) -> Answer:
        answer = self.answers.get(webhook.id, Answer())
        if not answer.fault:
            self.got[webhook.id].append({"event_id": event_id, **body})
        return answer


class Platform(Deployment):
    """`tams.ports.Platform`; each has a clock, queues, bytes and receivers of its own.

    `database` is of another one on the same VAST: its connections are open already.
    """

    def __init__(self, vast_url: str, database: Database | None = None) -> None:
        settings = settings_for(vast_url)
        (backend,) = settings.storage_backends
        archive = backend.model_copy(
            update={"id": ARCHIVE_ID, "label": "archive", "default_storage": False}
        )
        settings = settings.model_copy(update={"storage_backends": (backend, archive)})
        self.time, self.noted = Clock(), Queues()
        self.bytes, self.receivers, self.rendered = Bytes(), Receivers(), Pieces()
        super().__init__(settings, self.time)
        if database is not None:
            self._database = database
        self.queues, self.event_sender = self.noted, self.receivers
        self.object_stores = self.url_signer = self.bytes
        self.pieces = self.rendered

    def another(self) -> "Platform":
        """On the same VAST."""
        return Platform(self.settings.vast.endpoint, self._database)
