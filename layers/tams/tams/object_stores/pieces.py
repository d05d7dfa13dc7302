"""Pieces in the storage backends' buckets, next to the media from which they were rendered."""

from datetime import UTC, datetime

from tams.models.piece import StoredPiece
from tams.object_stores.object_keys import PIECES, piece_key
from tams.object_stores.rendered import S3Rendered
from tams.object_stores.s3 import SIGNED_SECONDS_MAX


class S3Pieces(S3Rendered):
    """`tams.ports.Pieces`. Each method but those of URLs raises BackendUnavailableError."""

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
        found = self._head(storage_id, piece_key(name))
        return None if found is None else StoredPiece(found["ContentLength"], found["LastModified"])

    def put(self, storage_id: str, name: str, content: bytes, content_type: str) -> None:
        self._put(storage_id, piece_key(name), content, content_type)

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
