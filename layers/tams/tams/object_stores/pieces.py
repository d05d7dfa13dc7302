"""Pieces in the storage backends' buckets, beside the media from which they were rendered."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from tams.models.piece import StoredPiece
from tams.models.thumbnail import Origin
from tams.object_stores.bucket import Bucket
from tams.object_stores.copying import Download
from tams.object_stores.fetching import fetch
from tams.object_stores.object_keys import PIECES, piece_key
from tams.object_stores.s3 import SIGNED_SECONDS_MAX
from tams.ports import Clock


class S3Pieces:
    """`tams.ports.Pieces`. Each method but those of URLs raises BackendUnavailableError."""

    def __init__(
        self, buckets: Iterable[Bucket], clock: Clock, *, expires_seconds: int, download: Download
    ) -> None:
        self._buckets: Mapping[str, Bucket] = {each.backend.id: each for each in buckets}
        self._clock = clock
        self._expires_seconds = expires_seconds
        self._download = download

    def of_flow(self, storage_id: str, flow_id: str, most: int) -> dict[str, StoredPiece] | None:
        """By name: a request for every thousand. None if there are more than `most`."""
        from tams.object_stores.requests import with_s3  # noqa: PLC0415 - boto3 is slow

        found: dict[str, StoredPiece] = {}
        token: dict[str, str] = {}
        while len(found) <= most:
            prefix = piece_key(f"{flow_id}/")
            page = with_s3(self._buckets[storage_id], "list_objects_v2", Prefix=prefix, **token)
            for each in page.get("Contents", ()):
                name = each["Key"].removeprefix(PIECES)
                found[name] = StoredPiece(each["Size"], each["LastModified"])
            if not page.get("IsTruncated"):
                return found
            token = {"ContinuationToken": page["NextContinuationToken"]}
        return None

    def find(self, storage_id: str, name: str) -> StoredPiece | None:
        from tams.object_stores.requests import head  # noqa: PLC0415 - as above

        found = head(self._buckets[storage_id], piece_key(name))
        return None if found is None else StoredPiece(found["ContentLength"], found["LastModified"])

    def fetch(self, origin: Origin, file: BinaryIO) -> None:
        """Appends the bytes of an Object. Raises StillError without them, and if there are too many."""
        fetch(self._buckets, self._download, origin, file)

    def put(self, storage_id: str, name: str, content: bytes, content_type: str) -> None:
        from tams.object_stores.requests import with_s3  # noqa: PLC0415 - as above

        with_s3(
            self._buckets[storage_id],
            "put_object",
            Key=piece_key(name),
            Body=content,
            ContentType=content_type,
            CacheControl="private, max-age=86400",
        )

    def url(self, storage_id: str, name: str) -> str:
        return self._buckets[storage_id].presigner.url(
            "GET", piece_key(name), now=self._clock(), expires_seconds=self._expires_seconds
        )

    def lasting_url(
        self, storage_id: str, name: str, *, begin: int, seconds: int, file_name: str
    ) -> str | None:
        """As that of an Object: None where no signature lasts that long."""
        presigner = self._buckets[storage_id].presigner
        if seconds > SIGNED_SECONDS_MAX or presigner.ends_with_session:
            return None
        return presigner.url(
            "GET",
            piece_key(name),
            now=datetime.fromtimestamp(begin, UTC),
            expires_seconds=seconds,
            name=file_name,
        )
