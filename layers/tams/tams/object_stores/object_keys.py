"""Where an Object's bytes are stored in a bucket."""

import hashlib
from urllib.parse import quote, unquote

PREFIX = "media/"
THUMBNAILS = "thumbnails/"
"""A rule of the bucket removes what is stored here after a week."""
PIECES = "renders/"
"""The same, after `models.piece.KEPT`."""
_DIGEST_MARK = "~"
_NAME_BYTES_MAX = 200


def object_key(object_id: str) -> str:
    """The S3 key of an Object: one level deep whatever its id contains, and readable where that is safe.

    An id may contain slashes, dots and any other character, so it is percent-encoded. One that would be too
    long for a file name is replaced by its digest.
    """
    name = quote(object_id, safe="").replace(".", "%2E", 1 if object_id.startswith(".") else 0)
    if len(name) > _NAME_BYTES_MAX or name.startswith(_DIGEST_MARK):
        name = _DIGEST_MARK + hashlib.sha256(object_id.encode()).hexdigest()
    return PREFIX + name


def thumbnail_key(name: str) -> str:
    return THUMBNAILS + name


def piece_key(name: str) -> str:
    return PIECES + name


def object_id_of(key: str) -> str | None:
    """The Object a key belongs to; None when it is not one of ours, or contains only a digest."""
    name = key.removeprefix(PREFIX)
    if not key.startswith(PREFIX) or name.startswith(_DIGEST_MARK):
        return None
    return unquote(name)


def object_id_said_by(key: str) -> str | None:
    """The Object whose key is exactly this one, if the key says; other keys may belong to anybody."""
    object_id = object_id_of(key)
    return object_id if object_id is not None and object_key(object_id) == key else None
