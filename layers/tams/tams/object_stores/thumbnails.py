"""Thumbnails in the storage backends' buckets, beside the media that they show."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

from tams.models.thumbnail import ObjectFacts, Origin
from tams.object_stores.bucket import Bucket
from tams.object_stores.copying import Download
from tams.object_stores.fetching import fetch
from tams.object_stores.object_keys import object_key, thumbnail_key
from tams.ports import Clock

_PERIOD_SECONDS = 3_600


class S3Thumbnails:
    """`tams.ports.Thumbnails`. Each method but `url` raises BackendUnavailableError."""

    def __init__(
        self, buckets: Iterable[Bucket], clock: Clock, *, expires_seconds: int, download: Download
    ) -> None:
        self._buckets: Mapping[str, Bucket] = {each.backend.id: each for each in buckets}
        self._clock = clock
        self._expires_seconds = expires_seconds
        self._download = download

    def url(self, storage_id: str, name: str) -> str:
        """The same for an hour, so that browsers find it again, unless a role's session signs it."""
        presigner, now = self._buckets[storage_id].presigner, self._clock()
        seconds = self._expires_seconds
        if not presigner.ends_with_session:
            begin = int(now.timestamp()) // _PERIOD_SECONDS * _PERIOD_SECONDS
            now, seconds = datetime.fromtimestamp(begin, UTC), seconds + _PERIOD_SECONDS
        return presigner.url("GET", thumbnail_key(name), now=now, expires_seconds=seconds)

    def exists(self, storage_id: str, name: str) -> bool:
        return self._head(storage_id, thumbnail_key(name)) is not None

    def facts(self, storage_id: str, object_id: str) -> ObjectFacts | None:
        """None while an Object has no bytes there."""
        head = self._head(storage_id, object_key(object_id))
        return None if head is None else ObjectFacts(head["ContentLength"], head["ETag"].strip('"'))

    def fetch(self, origin: Origin, file: BinaryIO) -> None:
        """Appends the bytes of an Object. Raises StillError without them, and if there are too many."""
        fetch(self._buckets, self._download, origin, file)

    def put(self, storage_id: str, name: str, content: bytes) -> None:
        from tams.object_stores.requests import with_s3  # noqa: PLC0415 - as below

        with_s3(
            self._buckets[storage_id],
            "put_object",
            Key=thumbnail_key(name),
            Body=content,
            ContentType="image/jpeg",
            CacheControl="private, max-age=86400",
        )

    def _head(self, storage_id: str, key: str) -> Any:
        """None for a key that is not there."""
        from tams.object_stores.requests import head  # noqa: PLC0415 - boto3 is slow

        return head(self._buckets[storage_id], key)
