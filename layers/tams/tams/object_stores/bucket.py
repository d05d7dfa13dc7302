"""A storage backend's bucket, and how it is reached."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from tams.models.storage_backend import StorageBackend
from tams.object_stores.presign import Credentials, Presigner


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

    def shares_endpoint_with(self, other: "Bucket") -> bool:
        """Whether S3 can copy between the two by itself."""
        return (self.endpoint_url, self.access_key) == (other.endpoint_url, other.access_key)

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
