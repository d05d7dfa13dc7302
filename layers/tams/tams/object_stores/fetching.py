"""Fetches the bytes of Objects for functions that decode them."""

from collections.abc import Mapping
from typing import BinaryIO

from tams.deadline import seconds_left
from tams.errors import BackendUnavailableError
from tams.media.faults import NO_BYTES, TOO_LARGE, UNREACHABLE, StillError
from tams.models.rendering import OBJECT_BYTES_MAX, Origin
from tams.object_stores.bucket import Bucket
from tams.object_stores.copying import Body, Download
from tams.object_stores.object_keys import object_key

_CHUNK_BYTES = 2**20
_DECODING_SECONDS = 8
"""How much time an invocation must have left when the bytes have arrived."""


def fetch(
    buckets: Mapping[str, Bucket], download: Download, origin: Origin, file: BinaryIO
) -> None:
    """Appends the bytes of an Object to a file.

    Raises StillError if there are none, or too many; BackendUnavailableError.
    """
    if origin.url is not None:
        try:
            with download(origin.url) as body:
                _append(body, file)
        except BackendUnavailableError as error:  # a client's server, not a part of this service
            raise StillError(UNREACHABLE, str(error)) from error
        return
    from tams.object_stores.requests import get_whole  # noqa: PLC0415 - boto3 is slow

    found = get_whole(buckets[origin.storage_id or ""], object_key(origin.object_id))
    if found is None:
        raise StillError(NO_BYTES, "it has no bytes")
    _append(found, file)


def _append(body: Body, file: BinaryIO) -> None:
    while chunk := body.read(_CHUNK_BYTES):
        if seconds_left() < _DECODING_SECONDS:
            raise BackendUnavailableError("its bytes come too slowly")
        if file.tell() + len(chunk) > OBJECT_BYTES_MAX:
            raise StillError(TOO_LARGE, f"it has more than {OBJECT_BYTES_MAX} bytes")
        file.write(chunk)
