"""What is rendered from Objects and stored next to them in the storage backends' buckets."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from tams.models.rendering import Origin
from tams.object_stores.bucket import Bucket
from tams.object_stores.copying import Download
from tams.object_stores.fetching import fetch
from tams.ports import Clock


class S3Rendered:
    """Each request raises BackendUnavailableError. `expires_seconds` is how long a signed URL lasts."""

    def __init__(
        self, buckets: Iterable[Bucket], clock: Clock, *, expires_seconds: int, download: Download
    ) -> None:
        self._buckets: Mapping[str, Bucket] = {each.backend.id: each for each in buckets}
        self._clock = clock
        self._expires_seconds = expires_seconds
        self._download = download

    def fetch(self, origin: Origin, file: BinaryIO) -> None:
        """Appends the bytes of an Object. Raises StillError if there are none, or too many."""
        fetch(self._buckets, self._download, origin, file)

    def _put(self, storage_id: str, key: str, content: bytes, content_type: str) -> None:
        from tams.object_stores.requests import with_s3  # noqa: PLC0415 - boto3 is slow

        with_s3(
            self._buckets[storage_id],
            "put_object",
            Key=key,
            Body=content,
            ContentType=content_type,
            CacheControl="private, max-age=86400",
        )

    def _head(self, storage_id: str, key: str) -> Any:
        """None for a key that is not there."""
        from tams.object_stores.requests import head  # noqa: PLC0415 - as above

        return head(self._buckets[storage_id], key)
