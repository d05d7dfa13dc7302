"""Requests to the storage backends' buckets. Deletes and checks take one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from tams.deadline import within
from tams.errors import BackendUnavailableError, quoted
from tams.models.stored_key import StoredKey
from tams.models.stored_objects import Instance
from tams.object_stores.bucket import Bucket
from tams.object_stores.copying import (
    Body,
    CopyFailedError,
    Download,
    copy_inside,
    copy_through,
    put_whole,
)
from tams.object_stores.object_keys import PREFIX, object_id_said_by, object_key

_CODES_OF_FULL = {"InsufficientCapacity", "QuotaExceeded", "StorageFull", "XMinioStorageFull"}
_METADATA = "x-amz-meta-"


class S3Requests:
    """By backend. Each method raises BackendUnavailableError."""

    def __init__(self, buckets: Mapping[str, Bucket], download: Download) -> None:
        self._buckets = buckets
        self._download = download

    def put(self, storage_id: str, object_id: str, content: bytes, content_type: str) -> None:
        """Store an Object's bytes. Raises BackendUnavailableError, also when others are there afterwards."""
        bucket = self._buckets[storage_id]
        try:
            put_whole(content, bucket, object_key(object_id), content_type)
        except (BotoCoreError, ClientError) as error:
            raise _unavailable(bucket, "put_object", error) from error
        except CopyFailedError as error:
            raise BackendUnavailableError(f"storing Object {quoted(object_id)}: {error}") from error

    def delete(self, object_id: str, instances: Sequence[Instance]) -> None:
        """Delete the bytes of every controlled instance; missing ones count as deleted.

        Raises BackendUnavailableError.
        """
        for instance in instances:
            bucket = self._buckets.get(instance.storage_id or "")
            if bucket is not None:
                with_s3(bucket, "delete_object", Key=object_key(object_id))

    def copy(
        self, object_id: str, source: Instance, storage_id: str, content_type: str | None
    ) -> None:
        """Copy an instance's bytes to a backend: inside S3 if both share an endpoint, otherwise through us.

        Raises BackendUnavailableError, also when the bytes that arrived differ from those sent.
        """
        target, key = self._buckets[storage_id], object_key(object_id)
        origin = self._buckets.get(source.storage_id or "")
        try:
            if origin is not None and origin.shares_endpoint_with(target):
                copy_inside(origin, target, key)
            elif origin is not None:
                found = origin.client.get_object(Bucket=origin.bucket, Key=key)
                copy_through(_S3Body(found), target, key, content_type)
            elif source.url is not None:
                with self._download(source.url) as body:
                    copy_through(body, target, key, content_type)
            else:
                # A backend that is no longer configured; another instance may do, next time.
                raise BackendUnavailableError(
                    "the instance's storage backend is no longer configured"
                )
        except (BotoCoreError, ClientError, Boto3Error, CopyFailedError) as error:
            reason = str(error) if isinstance(error, CopyFailedError) else _reason(error)
            raise BackendUnavailableError(
                f"copying Object {quoted(object_id)} failed: {reason}"
            ) from error

    def check(self) -> None:
        """Raises BackendUnavailableError when a bucket does not answer."""
        for bucket in self._buckets.values():
            with_s3(bucket, "head_bucket")

    def keys(self, storage_id: str) -> Iterator[Sequence[StoredKey]]:
        """Everything under our prefix, in pages of up to a thousand, which are fetched as they are needed.

        Raises BackendUnavailableError.
        """
        bucket = self._buckets[storage_id]
        token: dict[str, str] = {}
        while True:
            page = with_s3(bucket, "list_objects_v2", Prefix=PREFIX, **token)
            yield [
                StoredKey(
                    each["Key"],
                    object_id_said_by(each["Key"]),
                    each["Size"],
                    each["LastModified"],
                )
                for each in page.get("Contents", ())
            ]
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def upload_headers(self, storage_id: str, object_id: str) -> dict[str, str] | None:
        """The metadata the bytes were uploaded with, as headers; None when there are no bytes.

        Raises BackendUnavailableError.
        """
        found = head(self._buckets[storage_id], object_key(object_id))
        if found is None:
            return None
        return {f"{_METADATA}{name.lower()}": text for name, text in found["Metadata"].items()}


class _S3Body:
    def __init__(self, found: Any) -> None:
        self._stream = found["Body"]
        self.length: int | None = found["ContentLength"]

    def read(self, size: int = -1, /) -> bytes:
        chunk: bytes = self._stream.read(None if size < 0 else size)
        return chunk


def head(bucket: Bucket, key: str) -> Any:
    """What S3 says about a key; None when nothing is there. Raises BackendUnavailableError."""
    return _unless_absent(bucket, "head_object", key)


def get_whole(bucket: Bucket, key: str) -> Body | None:
    """The bytes under a key; None when nothing is there. Raises BackendUnavailableError."""
    found = _unless_absent(bucket, "get_object", key)
    return None if found is None else _Reported(_S3Body(found), bucket)


@dataclass(frozen=True, slots=True)
class _Reported:
    """A body that reports its faults as those of the backend."""

    body: "_S3Body"
    bucket: Bucket

    @property
    def length(self) -> int | None:
        return self.body.length

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self.body.read(size)
        except (BotoCoreError, ClientError) as error:
            raise _unavailable(self.bucket, "get_object", error) from error


def _unless_absent(bucket: Bucket, operation: str, key: str) -> Any:
    try:
        with within(bucket.timeout_seconds):
            return getattr(bucket.client, operation)(Bucket=bucket.bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
            return None
        raise _unavailable(bucket, operation, error) from error
    except BotoCoreError as error:
        raise _unavailable(bucket, operation, error) from error


def with_s3(bucket: Bucket, operation: str, **arguments: Any) -> Any:
    """One S3 request, which may take as long as the backend's timeout. Raises BackendUnavailableError."""
    try:
        with within(bucket.timeout_seconds):
            return getattr(bucket.client, operation)(Bucket=bucket.bucket, **arguments)
    except (BotoCoreError, ClientError) as error:
        raise _unavailable(bucket, operation, error) from error


def _unavailable(bucket: Bucket, operation: str, error: Exception) -> BackendUnavailableError:
    label = bucket.backend.label or bucket.backend.id
    return BackendUnavailableError(f"S3 backend {label!r}: {operation} failed: {_reason(error)}")


def _reason(error: Exception) -> str:
    """A full store may report that by any of several codes, or not at all."""
    if not isinstance(error, ClientError):
        return type(error).__name__
    code = str(error.response["Error"].get("Code", ""))
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    is_full = status == HTTPStatus.INSUFFICIENT_STORAGE or code in _CODES_OF_FULL
    return "it is full" if is_full else code
