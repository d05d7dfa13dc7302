"""Stores and copies an Object's bytes, and proves that they arrived: by size and checksum (OBJ-11)."""

import base64
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from tams.errors import TamsError
from tams.object_stores.bucket import Bucket

_CHUNK_BYTES = 1024 * 1024
_ONE_REQUEST_BYTES = 5 * 1000**3
"""The most S3 copies in one request; larger Objects are copied in parts."""


class CopyFailedError(TamsError):
    """The bytes are missing, or differ."""


class Body(Protocol):
    """Bytes as they arrive, and their total number where that is known."""

    @property
    def length(self) -> int | None: ...

    def read(self, size: int = -1, /) -> bytes: ...


Download = Callable[[str], AbstractContextManager[Body]]


def copy_inside(source: Bucket, target: Bucket, key: str) -> None:
    """Copies between buckets of one endpoint; the bytes do not pass through here."""
    from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 - slow, and only copies need it

    config = TransferConfig(multipart_threshold=_ONE_REQUEST_BYTES)
    origin = {"Bucket": source.bucket, "Key": key}
    target.client.copy(origin, target.bucket, key, Config=config)
    before, after = _head(source, key), _head(target, key)
    if before["ContentLength"] != after["ContentLength"]:
        raise CopyFailedError("the size of the copy differs from that of the original")
    if before["ETag"] != after["ETag"] and _md5(source, key) != _md5(target, key):
        raise CopyFailedError("the checksum of the copy differs from that of the original")


def copy_through(body: Body, target: Bucket, key: str, content_type: str | None) -> None:
    """Copies from anywhere, as a stream: memory does not grow with the Object."""
    counted = _Counted(body)
    extra = {"ContentType": content_type} if content_type else {}
    target.client.upload_fileobj(counted, target.bucket, key, ExtraArgs=extra)
    if body.length is not None and counted.size != body.length:
        raise CopyFailedError(f"{counted.size} of {body.length} bytes arrived")
    after, md5 = _head(target, key), counted.md5.hexdigest()
    if after["ContentLength"] != counted.size:
        raise CopyFailedError("the size of the copy differs from that of the original")
    if after["ETag"].strip('"') != md5 and _md5(target, key) != md5:
        raise CopyFailedError("the checksum of the copy differs from that of the original")


def put_whole(content: bytes, target: Bucket, key: str, content_type: str) -> None:
    """Stores what is in memory. S3 refuses bytes that differ from the checksum sent with them."""
    md5 = hashlib.md5(content, usedforsecurity=False)
    answer = target.client.put_object(
        Bucket=target.bucket,
        Key=key,
        Body=content,
        ContentType=content_type,
        ContentMD5=base64.b64encode(md5.digest()).decode(),
    )
    if answer["ETag"].strip('"') != md5.hexdigest() and _md5(target, key) != md5.hexdigest():
        raise CopyFailedError("the checksum of what was stored differs from that of what was sent")


@dataclass(slots=True)
class _Counted:
    body: Body
    size: int = 0
    md5: Any = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))

    def read(self, size: int = -1) -> bytes:
        chunk = self.body.read(size)
        self.size += len(chunk)
        self.md5.update(chunk)
        return chunk


def _head(bucket: Bucket, key: str) -> Any:
    return bucket.client.head_object(Bucket=bucket.bucket, Key=key)


def _md5(bucket: Bucket, key: str) -> str:
    """The MD5 of the content. After a multipart upload, or on some stores, the ETag is something else."""
    digest = hashlib.md5(usedforsecurity=False)
    body = bucket.client.get_object(Bucket=bucket.bucket, Key=key)["Body"]
    for chunk in body.iter_chunks(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()
