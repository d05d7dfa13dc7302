"""Thumbnails in the storage backends' buckets, next to the media that they show."""

from datetime import UTC, datetime

from tams.models.thumbnail import ObjectFacts
from tams.object_stores.object_keys import object_key, thumbnail_key
from tams.object_stores.rendered import S3Rendered

_PERIOD_SECONDS = 3_600


class S3Thumbnails(S3Rendered):
    """`tams.ports.Thumbnails`. Each method but `url` raises BackendUnavailableError."""

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

    def put(self, storage_id: str, name: str, content: bytes) -> None:
        self._put(storage_id, thumbnail_key(name), content, "image/jpeg")
