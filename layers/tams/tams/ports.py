"""What the services need from outside, as Protocols. `runtime.deployment` builds matching adapters.

`Repositories` is not a Protocol: VAST is its only store, and tests have a local one. Services use the class
only for type hints, and import no part of it (ADR 18).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tams.models.caller import Caller
from tams.models.delivery import Answer
from tams.models.piece import StoredPiece
from tams.models.storage_backend import StorageBackend
from tams.models.stored_key import StoredKey
from tams.models.stored_objects import Instance
from tams.models.thumbnail import ObjectFacts, ThumbnailTask
from tams.models.webhook import Webhook

if TYPE_CHECKING:
    from tams.repositories.store import Repositories as Repositories  # noqa: PLC0414 - for services
    from tams.settings import Settings
else:
    Repositories = Any

T = TypeVar("T")
Item = TypeVar("Item")


class Clock(Protocol):
    """Wall clock, UTC-aware."""

    def __call__(self) -> datetime: ...


class Store(Protocol):
    """Transactions of one caller: `write` reruns its work on a conflict, so the work has no other effect.

    Writers of this process that share a name in `contended` take turns.
    """

    @property
    def caller(self) -> Caller: ...
    def read(self, work: Callable[[Repositories], T]) -> T: ...
    def write(self, work: Callable[[Repositories], T], *contended: str) -> T: ...
    def write_each(
        self,
        work: Callable[[Repositories, Sequence[Item]], Sequence[T]],
        item: Item,
        contended: str,
        kind: object,
        /,
    ) -> T:
        """The work on all items of this caller and `kind` that wait for the same turn: a result for each."""
        ...


class UrlSigner(Protocol):
    """Presigned URLs for many Objects at once, each named by the ids of a storage backend and an Object."""

    def get_urls(self, objects: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], str]: ...


class ObjectStores(UrlSigner, Protocol):
    """The media's bytes on all storage backends. Only URLs are made without a request."""

    def put_url(
        self,
        storage_id: str,
        object_id: str,
        content_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> str: ...
    def get_url(self, storage_id: str, object_id: str) -> str: ...
    def lasting_url(
        self, storage_id: str, object_id: str, *, begin: int, seconds: int, name: str
    ) -> str | None:
        """Equal for an equal `begin`; None where no signature lasts that long. The URL ends with `name`."""
        ...

    def plain_url(self, storage_id: str, object_id: str) -> str: ...
    def put(self, storage_id: str, object_id: str, content: bytes, content_type: str) -> None: ...
    def delete(self, object_id: str, instances: Sequence[Instance]) -> None: ...
    def copy(
        self, object_id: str, source: Instance, storage_id: str, content_type: str | None
    ) -> None: ...
    def check(self) -> None: ...
    def bucket_of(self, storage_id: str) -> str | None: ...
    def object_id_of(self, key: str) -> str | None: ...
    def is_told_by_its_key(self, object_id: str) -> bool: ...
    def keys(self, storage_id: str) -> Iterator[Sequence[StoredKey]]: ...
    def upload_headers(self, storage_id: str, object_id: str) -> dict[str, str] | None: ...


class Thumbnails(Protocol):
    """JPEGs of frames, next to the media on the storage backends. They expire after a while."""

    def url(self, storage_id: str, name: str) -> str: ...
    def exists(self, storage_id: str, name: str) -> bool: ...
    def facts(self, storage_id: str, object_id: str) -> ObjectFacts | None:
        """Of an Object; None while it has no bytes there."""
        ...


class Thumbnailer(Protocol):
    """Makes thumbnails, since decoding media is not for a function that answers requests."""

    def make(self, task: ThumbnailTask) -> None:
        """Raises NotFoundError, UndecodableMediaError, BackendUnavailableError."""
        ...


class Pieces(Protocol):
    """Rendered parts of Objects, next to the media on the storage backends."""

    def of_flow(self, storage_id: str, flow_id: str, most: int) -> Mapping[str, StoredPiece] | None:
        """All that are there, by name; None if there are more than `most`."""
        ...

    def url(self, storage_id: str, name: str) -> str: ...
    def lasting_url(
        self, storage_id: str, name: str, *, begin: int, seconds: int, file_name: str
    ) -> str | None:
        """As that of ObjectStores."""
        ...


class Progress(Protocol):
    """Receives the progress of long work. Only operators' work reports any."""

    def stage(self, words: str) -> None:
        """Another stage of work begins, counted from zero."""

    def begin(self, total: int) -> None:
        """More work has been discovered."""

    def advance(self, by: int) -> None:
        """Another `by` of it is done."""


class Queue(Protocol):
    """A hint that there is work in the store. Losing one loses no work, and an early one does no harm."""

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None: ...


class Checked(Protocol):
    """Raises BackendUnavailableError when the dependency does not answer."""

    def check(self) -> None: ...


class CheckedQueue(Queue, Checked, Protocol): ...


class EventSender(Protocol):
    """Posts to a webhook's URL; every outcome is an Answer, never an exception."""

    def send(self, webhook: Webhook, event_id: str, body: Mapping[str, Any]) -> Answer: ...


class UrlPolicy(Protocol):
    """Where clients' URLs may lead; `check_url` raises InvalidRequestError."""

    def check_url(self, url: str) -> None: ...


class Queues(Protocol):
    """One for each worker."""

    @property
    def events(self) -> CheckedQueue: ...
    @property
    def deliveries(self) -> CheckedQueue: ...
    @property
    def deletions(self) -> CheckedQueue: ...
    @property
    def object_cleanup(self) -> CheckedQueue: ...
    @property
    def copies(self) -> CheckedQueue: ...
    @property
    def renders(self) -> CheckedQueue: ...


class Platform(Protocol):
    """What a deployment offers its services: `FlowService.of(platform, caller)` makes one from it.

    Each part is created, and imports its libraries, when a service first asks for it.
    """

    @property
    def settings(self) -> "Settings": ...
    @property
    def clock(self) -> Clock: ...
    @property
    def queues(self) -> Queues: ...
    @property
    def backends(self) -> Mapping[str, StorageBackend]:
        """By id."""
        ...

    @property
    def object_stores(self) -> ObjectStores: ...
    @property
    def url_signer(self) -> UrlSigner:
        """For functions that may not read media themselves."""
        ...

    @property
    def thumbnails(self) -> Thumbnails: ...
    @property
    def thumbnailer(self) -> Thumbnailer: ...
    @property
    def pieces(self) -> Pieces: ...
    @property
    def targets(self) -> UrlPolicy: ...
    @property
    def event_sender(self) -> EventSender: ...
    def store(self, caller: Caller) -> Store: ...
    def together(self, caller: Caller, work: "Callable[[Platform], T]", *contended: str) -> T:
        """Run `work` with services that share one write transaction: one snapshot, one begin, one commit.

        A conflict reruns it. Queues get their hints after the commit. `work` must not catch what a service
        raises.
        """
        ...
