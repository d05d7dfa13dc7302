"""The storage backends' buckets: URLs, which take no request, and what `requests` does with them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from tams.models.storage_backend import StorageBackend
from tams.models.stored_key import StoredKey
from tams.models.stored_objects import Instance
from tams.object_stores.bucket import Bucket
from tams.object_stores.copying import Download
from tams.object_stores.object_keys import object_id_of, object_key
from tams.ports import Clock

if TYPE_CHECKING:
    from tams.object_stores.requests import S3Requests

SIGNED_SECONDS_MAX = 7 * 86_400
"""Source: AWS "Authenticating Requests: Using Query Parameters", X-Amz-Expires."""


class S3ObjectStores:
    """`tams.ports.ObjectStores` on the buckets of all backends."""

    def __init__(
        self,
        buckets: Iterable[Bucket],
        clock: Clock,
        *,
        expires_seconds: int,
        download: Download,
    ) -> None:
        self._download = download
        self._buckets: Mapping[str, Bucket] = {each.backend.id: each for each in buckets}
        self._clock = clock
        self._expires_seconds = expires_seconds

    @property
    def backends(self) -> Sequence[StorageBackend]:
        return [bucket.backend for bucket in self._buckets.values()]

    def put_url(
        self,
        storage_id: str,
        object_id: str,
        content_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Allows one Content-Type on one key, and requires exactly these headers in addition."""
        return self._buckets[storage_id].presigner.url(
            "PUT",
            object_key(object_id),
            now=self._clock(),
            expires_seconds=self._expires_seconds,
            headers={"content-type": content_type, **(headers or {})},
        )

    def get_url(self, storage_id: str, object_id: str) -> str:
        return self._buckets[storage_id].presigner.url(
            "GET",
            object_key(object_id),
            now=self._clock(),
            expires_seconds=self._expires_seconds,
        )

    def lasting_url(
        self, storage_id: str, object_id: str, *, begin: int, seconds: int, name: str
    ) -> str | None:
        """Signed as at `begin`, seconds since 1970, and valid for `seconds` from then. Ends with `name`.

        None for longer than S3 allows, and where keys of a session would end before.
        """
        presigner = self._buckets[storage_id].presigner
        if seconds > SIGNED_SECONDS_MAX or presigner.ends_with_session:
            return None
        return presigner.url(
            "GET",
            object_key(object_id),
            now=datetime.fromtimestamp(begin, UTC),
            expires_seconds=seconds,
            name=name,
        )

    def get_urls(self, objects: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        return {each: self.get_url(*each) for each in objects}

    def plain_url(self, storage_id: str, object_id: str) -> str:
        """For clients with their own credentials for the bucket."""
        return self._buckets[storage_id].presigner.plain_url(object_key(object_id))

    def bucket_of(self, storage_id: str) -> str | None:
        """The bucket of a storage backend; None if that backend no longer exists."""
        found = self._buckets.get(storage_id)
        return found.bucket if found else None

    def object_id_of(self, key: str) -> str | None:
        """The Object whose bytes lie under a key; None when the key is not ours, or contains no id."""
        return object_id_of(key)

    def is_told_by_its_key(self, object_id: str) -> bool:
        """Whether `object_id_of` can recover the id; a key does not contain a long id."""
        return object_id_of(object_key(object_id)) == object_id

    def put(self, storage_id: str, object_id: str, content: bytes, content_type: str) -> None:
        self._requests.put(storage_id, object_id, content, content_type)

    def delete(self, object_id: str, instances: Sequence[Instance]) -> None:
        self._requests.delete(object_id, instances)

    def copy(
        self, object_id: str, source: Instance, storage_id: str, content_type: str | None
    ) -> None:
        self._requests.copy(object_id, source, storage_id, content_type)

    def check(self) -> None:
        self._requests.check()

    def keys(self, storage_id: str) -> Iterator[Sequence[StoredKey]]:
        return self._requests.keys(storage_id)

    def upload_headers(self, storage_id: str, object_id: str) -> dict[str, str] | None:
        return self._requests.upload_headers(storage_id, object_id)

    @cached_property
    def _requests(self) -> "S3Requests":
        """Loaded when the first is made: boto3 is slow, and most functions only sign URLs."""
        from tams.object_stores.requests import S3Requests  # noqa: PLC0415

        return S3Requests(self._buckets, self._download)
