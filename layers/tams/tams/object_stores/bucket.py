"""A storage backend's bucket, and how to reach it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tams.access_keys import Keys, RebuiltOnChange
from tams.aws.credentials import Credentials, NoCredentialsError, own_credentials
from tams.errors import BackendUnavailableError
from tams.models.storage_backend import StorageBackend
from tams.object_stores.presign import Presigner


@dataclass(frozen=True)
class Bucket:
    """One storage backend: what clients see of it, and how we reach it.

    `public_endpoint_url` is the address that clients use, if it differs from ours. `find_keys` returns None
    for the function's own role and raises BackendUnavailableError. It is called whenever keys are used, since
    they may change, and never before, since functions that touch no media may not read them.
    """

    backend: StorageBackend
    bucket: str
    endpoint_url: str
    public_endpoint_url: str
    region: str
    find_keys: Callable[[], Keys | None]
    timeout_seconds: float = 5.0
    find_ca_file: Callable[[], str | None] = lambda: None
    """Called at the first request: the certificate authorities to trust instead of the public ones."""

    @property
    def client(self) -> Any:
        return self._client.get()

    @cached_property
    def _client(self) -> RebuiltOnChange[Keys | None, Any]:
        return RebuiltOnChange(self.find_keys, self._connect)

    def _connect(self, keys: Keys | None) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - slow, and signing URLs does not need it

        from tams.aws.client import aws_client  # noqa: PLC0415

        access_key, secret_key = keys or (None, None)
        return aws_client(
            "s3",
            min(1.0, self.timeout_seconds),
            self.timeout_seconds,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            verify=self.find_ca_file() or True,
        )

    def shares_endpoint_with(self, other: "Bucket") -> bool:
        """Whether S3 can copy between the two by itself."""
        return (self.endpoint_url, self.find_keys()) == (
            other.endpoint_url,
            other.find_keys(),
        )

    @cached_property
    def presigner(self) -> Presigner:
        address = f"{self.public_endpoint_url.rstrip('/')}/{self.bucket}"
        return Presigner(address, self.region, self._credentials)

    def _credentials(self) -> Credentials:
        if (keys := self.find_keys()) is not None:
            return Credentials(*keys)
        try:
            return own_credentials()
        except NoCredentialsError as error:
            raise BackendUnavailableError(f"URLs cannot be signed: {error}") from error
