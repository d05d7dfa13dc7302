"""The buckets of the storage backends, built from their settings."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from tams import __version__
from tams.access_keys import Keys
from tams.object_stores.bucket import Bucket
from tams.object_stores.copying import Download
from tams.outbound.download import Downloader
from tams.outbound.targets import TargetPolicy
from tams.ports import Clock
from tams.runtime.ca_file import ca_file_finder
from tams.runtime.clock import utc_now
from tams.runtime.key_finder import key_finder
from tams.settings import Settings
from tams.settings.behaviour import GRACE_SECONDS
from tams.settings.places import StorageBackendSettings

USER_AGENT = f"TAMS/{__version__}"
"""The User-Agent that receivers and clients' servers see."""


T_co = TypeVar("T_co", covariant=True)


class OnBuckets(Protocol[T_co]):
    """A class of `tams.object_stores` that works on the buckets of all storage backends."""

    def __call__(
        self,
        buckets: Iterable[Bucket],
        clock: Clock,
        *,
        expires_seconds: int,
        download: Download,
    ) -> T_co: ...


def on_backends(kind: OnBuckets[T_co], settings: Settings, clock: Clock = utc_now) -> T_co:
    """Does not connect to anything yet, and reads no secret."""
    return kind(
        _buckets(settings),
        clock,
        expires_seconds=settings.service.min_presigned_url_timeout_seconds + GRACE_SECONDS,
        download=Downloader(targets_from(settings), settings.webhooks.timeout_seconds, USER_AGENT),
    )


def _buckets(settings: Settings) -> list[Bucket]:
    return [bucket_of(each, settings.secrets_max_age_seconds) for each in settings.storage_backends]


def bucket_of(backend: StorageBackendSettings, secrets_max_age_seconds: float) -> Bucket:
    """Does not connect to anything yet, and reads no secret."""
    return _bucket(backend, key_finder(backend, secrets_max_age_seconds) or _role)


def targets_from(settings: Settings) -> TargetPolicy:
    """Where clients' URLs may lead: the same for webhooks and media."""
    return TargetPolicy(settings.webhooks.allowed_networks, settings.webhooks.own_ports)


def _role() -> None:
    """No keys: the function's role is enough."""


def _bucket(settings: StorageBackendSettings, find_keys: Callable[[], Keys | None]) -> Bucket:
    return Bucket(
        settings.described(),
        settings.bucket,
        settings.endpoint_url,
        settings.public_endpoint_url or settings.endpoint_url,
        settings.region,
        find_keys,
        timeout_seconds=settings.timeout_seconds,
        find_ca_file=ca_file_finder(settings),
    )
