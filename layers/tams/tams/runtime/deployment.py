"""Settings in, adapters out. Only this module, `storage.py` and `vast.py` name adapters.

Each part is created, and its libraries are imported, when a service first asks for it. A function therefore
loads only what its own services use.
"""
# ruff: noqa: PLC0415 - late imports are the point of this module

from collections.abc import Callable, Mapping
from copy import copy
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeVar

from tams.models.caller import Caller
from tams.models.storage_backend import StorageBackend
from tams.ports import (
    CheckedQueue,
    Clock,
    EventSender,
    ObjectStores,
    Pieces,
    Platform,
    Queues,
    Repositories,
    Store,
    Thumbnailer,
    Thumbnails,
    UrlSigner,
)
from tams.runtime.clock import utc_now
from tams.settings import Settings

if TYPE_CHECKING:
    from tams.outbound.targets import TargetPolicy
    from tams.repositories.database import Database

T = TypeVar("T")


@cache
def deployment() -> "Deployment":
    """The deployment described by this process's environment. It does not connect to anything yet."""
    return Deployment(Settings())


class SqsQueues:
    """`tams.ports.Queues` as named in the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def _queue(self, url: str, ids_per_message: int = 100) -> CheckedQueue:
        from tams.messaging.queues import SqsQueue

        return SqsQueue(
            url,
            endpoint_url=self._settings.sqs_endpoint_url,
            region=self._settings.aws_region,
            ids_per_message=ids_per_message,
        )

    @cached_property
    def events(self) -> CheckedQueue:
        return self._queue(self._settings.queues.events)

    @cached_property
    def deliveries(self) -> CheckedQueue:
        """One webhook per message, so that a slow receiver delays no other."""
        return self._queue(self._settings.queues.deliveries, ids_per_message=1)

    @cached_property
    def deletions(self) -> CheckedQueue:
        return self._queue(self._settings.queues.deletions)

    @cached_property
    def object_cleanup(self) -> CheckedQueue:
        return self._queue(self._settings.queues.object_cleanup)

    @cached_property
    def copies(self) -> CheckedQueue:
        return self._queue(self._settings.queues.copies)

    @cached_property
    def renders(self) -> CheckedQueue:
        """One piece per message, so that one that takes long delays no other."""
        return self._queue(self._settings.queues.renders, ids_per_message=1)


class Deployment:
    """`tams.ports.Platform` on VAST, S3 and SQS."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.clock = clock
        self._open: Repositories | None = None

    @cached_property
    def queues(self) -> Queues:
        return SqsQueues(self.settings)

    @cached_property
    def backends(self) -> Mapping[str, StorageBackend]:
        return {each.id: each.described() for each in self.settings.storage_backends}

    @cached_property
    def object_stores(self) -> ObjectStores:
        from tams.object_stores.s3 import S3ObjectStores
        from tams.runtime.storage import on_backends

        return on_backends(S3ObjectStores, self.settings, self.clock)

    @cached_property
    def url_signer(self) -> UrlSigner:
        from tams.messaging.url_signer import LambdaUrlSigner

        return LambdaUrlSigner(
            self.settings.url_signer,
            endpoint_url=self.settings.lambda_endpoint_url,
            region=self.settings.aws_region,
        )

    @cached_property
    def thumbnails(self) -> Thumbnails:
        from tams.object_stores.thumbnails import S3Thumbnails
        from tams.runtime.storage import on_backends

        return on_backends(S3Thumbnails, self.settings, self.clock)

    @cached_property
    def thumbnailer(self) -> Thumbnailer:
        from tams.messaging.thumbnailer import LambdaThumbnailer

        return LambdaThumbnailer(
            self.settings.thumbnailer,
            endpoint_url=self.settings.lambda_endpoint_url,
            region=self.settings.aws_region,
        )

    @cached_property
    def pieces(self) -> Pieces:
        from tams.object_stores.pieces import S3Pieces
        from tams.runtime.storage import on_backends

        return on_backends(S3Pieces, self.settings, self.clock)

    @cached_property
    def targets(self) -> "TargetPolicy":
        from tams.runtime.storage import targets_from

        return targets_from(self.settings)

    @cached_property
    def event_sender(self) -> EventSender:
        from tams.outbound.webhook_sender import WebhookSender
        from tams.runtime.storage import USER_AGENT

        return WebhookSender(self.targets, self.settings.webhooks.timeout_seconds, USER_AGENT)

    def store(self, caller: Caller) -> Store:
        if self._open is not None:
            from tams.repositories.joined import JoinedStore

            return JoinedStore(self._open.acting_for(caller))
        from tams.repositories.store import VastStore

        return VastStore(self._database, caller, self._announce)

    def together(self, caller: Caller, work: Callable[[Platform], T], *contended: str) -> T:
        from tams.messaging.held_queues import HeldQueues

        def joined(repositories: Repositories) -> tuple[T, HeldQueues]:
            inside, held = copy(self), HeldQueues(self.queues)
            inside._open, inside.queues = repositories, held
            return work(inside), held

        result, held = self.store(caller).write(joined, *contended)
        held.release()
        return result

    @cached_property
    def _database(self) -> "Database":
        from tams.repositories.versioned import VersionedDatabase
        from tams.runtime.vast import vast_connection

        return VersionedDatabase(
            vast_connection(self.settings), patience_seconds=self.settings.vast.patience_seconds
        )

    def _announce(self) -> None:
        self.queues.events.send(["events"])
