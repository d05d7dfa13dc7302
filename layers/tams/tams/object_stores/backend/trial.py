"""An Object that is only tried out on a bucket: its keys and bytes, and requests for it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

import urllib3

from tams.models.upload_segment import PREFIX as HEADER_PREFIX
from tams.object_stores.bucket import Bucket
from tams.object_stores.object_keys import object_key

CONTENT = bytes(range(256)) * 64
TYPE = "video/mp2t"
METADATA = "tams-timerange"
TIMERANGE_HEADER = f"{HEADER_PREFIX}timerange"
_ODD = "é ü+%41=?&#[1]'~*!(x)/日本.ts"
"""Characters that S3 servers and proxies treat differently."""
_SECONDS = 300


class NotSoError(Exception):
    """What is wrong, as the text of a check."""


@dataclass
class Trial:
    bucket: Bucket
    origin: str
    ca_file: str | None = None
    _id: str = field(default_factory=lambda: f"tams-check-{uuid4()}/{_ODD}")

    @property
    def client(self) -> Any:
        return self.bucket.client

    @property
    def key(self) -> str:
        return object_key(self._id)

    @property
    def copied(self) -> str:
        return object_key(f"{self._id} copied")

    @property
    def place(self) -> dict[str, str]:
        return {"Bucket": self.bucket.bucket, "Key": self.key}

    @property
    def copied_place(self) -> dict[str, str]:
        return {"Bucket": self.bucket.bucket, "Key": self.copied}

    @property
    def headers(self) -> dict[str, str]:
        return {"content-type": TYPE, TIMERANGE_HEADER: "[0:0_1:0)"}

    def url(
        self, method: str, headers: Mapping[str, str] | None = None, name: str | None = None
    ) -> str:
        return self.bucket.presigner.url(
            method,
            self.key,
            now=datetime.now(UTC),
            expires_seconds=_SECONDS,
            headers=headers,
            name=name,
        )

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> urllib3.BaseHTTPResponse:
        return self._http.request(method, url, headers=dict(headers or {}), body=body)

    @cached_property
    def _http(self) -> urllib3.PoolManager:
        return urllib3.PoolManager(
            ca_certs=self.ca_file, retries=False, timeout=self.bucket.timeout_seconds
        )


def whole(answer: urllib3.BaseHTTPResponse) -> str:
    """Raises NotSoError unless the answer has all bytes of the Object."""
    if answer.status != 200:
        raise NotSoError(status_and_code(answer))
    same = hashlib.sha256(answer.data).digest() == hashlib.sha256(CONTENT).digest()
    if not same:
        raise NotSoError(f"{len(answer.data)} bytes that differ from those uploaded")
    return "200, with the same bytes"


def status_and_code(answer: urllib3.BaseHTTPResponse) -> str:
    """The status, and S3's code of the error."""
    _, found, rest = answer.data.partition(b"<Code>")
    return (
        f"{answer.status} {rest.partition(b'</Code>')[0].decode()}" if found else str(answer.status)
    )
