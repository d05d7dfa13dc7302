"""The storage backends' buckets: URLs without a request, deletes and checks with one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tams.errors import BackendUnavailableError
from tams.models.storage_backend import StorageBackend
from tams.models.stored import Instance
from tams.object_stores.keys import object_key
from tams.object_stores.presign import Credentials, Presigner
from tams.ports import Clock


@dataclass(frozen=True)
class Bucket:
    """One storage backend: what clients are told of it, and how we reach it.

    `public_endpoint_url` is the address clients can reach, when it is another than ours. Without keys
    the function's own role is used.
    """

    backend: StorageBackend
    bucket: str
    endpoint_url: str
    public_endpoint_url: str
    region: str
    access_key: str | None = None
    secret_key: str | None = None
    timeout_seconds: float = 5.0

    @cached_property
    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=min(2.0, self.timeout_seconds),
                read_timeout=self.timeout_seconds,
                retries={"total_max_attempts": 2},
            ),
        )

    @cached_property
    def presigner(self) -> Presigner:
        address = f"{self.public_endpoint_url.rstrip('/')}/{self.bucket}"
        return Presigner(address, self.region, self._credentials)

    @cached_property
    def _credentials(self) -> Callable[[], Credentials]:
        if self.access_key is not None and self.secret_key is not None:
            fixed = Credentials(self.access_key, self.secret_key)
            return lambda: fixed
        return self._role_credentials

    def _role_credentials(self) -> Credentials:
        role = self.client._request_signer._credentials.get_frozen_credentials()
        return Credentials(role.access_key, role.secret_key, role.token)


class S3ObjectStores:
    """`tams.ports.ObjectStores` on the buckets of all backends."""

    def __init__(self, buckets: Iterable[Bucket], clock: Clock, *, expires_seconds: int) -> None:
        self._buckets: Mapping[str, Bucket] = {each.backend.id: each for each in buckets}
        self._clock = clock
        self._expires_seconds = expires_seconds

    @property
    def backends(self) -> Sequence[StorageBackend]:
        return [bucket.backend for bucket in self._buckets.values()]

    def put_url(self, storage_id: str, object_id: str, content_type: str) -> str:
        """Allows one Content-Type on one key."""
        return self._buckets[storage_id].presigner.url(
            "PUT",
            object_key(object_id),
            now=self._clock(),
            expires_seconds=self._expires_seconds,
            content_type=content_type,
        )

    def get_url(self, storage_id: str, object_id: str) -> str:
        return self._buckets[storage_id].presigner.url(
            "GET",
            object_key(object_id),
            now=self._clock(),
            expires_seconds=self._expires_seconds,
        )

    def plain_url(self, storage_id: str, object_id: str) -> str:
        """For clients with credentials of their own for the bucket."""
        return self._buckets[storage_id].presigner.plain_url(object_key(object_id))

    def delete(self, object_id: str, instances: Sequence[Instance]) -> None:
        """Delete the bytes of every controlled instance; those that are gone already count as deleted.

        Raises BackendUnavailableError.
        """
        for instance in instances:
            bucket = self._buckets.get(instance.storage_id or "")
            if bucket is not None:
                with_s3(bucket, "delete_object", Key=object_key(object_id))

    def copy(self, object_id: str, from_storage_id: str, to_storage_id: str) -> None:
        """Copy the bytes between two backends: inside S3 where one endpoint has both, else through us.

        Raises BackendUnavailableError.
        """
        source, target = self._buckets[from_storage_id], self._buckets[to_storage_id]
        key = object_key(object_id)
        try:
            if source.endpoint_url == target.endpoint_url:
                origin = {"Bucket": source.bucket, "Key": key}
                target.client.copy(origin, target.bucket, key)
            else:
                body = source.client.get_object(Bucket=source.bucket, Key=key)["Body"]
                target.client.upload_fileobj(body, target.bucket, key)
        except (BotoCoreError, ClientError) as error:
            raise BackendUnavailableError(
                f"S3 did not copy Object {object_id!r}: {type(error).__name__}"
            ) from error

    def check(self) -> None:
        """Raises BackendUnavailableError when a bucket does not answer."""
        for bucket in self._buckets.values():
            with_s3(bucket, "head_bucket")


def with_s3(bucket: Bucket, operation: str, **arguments: Any) -> Any:
    """One S3 request. Raises BackendUnavailableError."""
    try:
        return getattr(bucket.client, operation)(Bucket=bucket.bucket, **arguments)
    except (BotoCoreError, ClientError) as error:
        label = bucket.backend.label or bucket.backend.id
        raise BackendUnavailableError(
            f"S3 backend {label!r} did not do {operation}: {type(error).__name__}"
        ) from error
