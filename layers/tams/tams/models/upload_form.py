"""An upload through the API (an extension): a Segment and its media, as the parts of one form."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from tams.errors import InvalidRequestError, clipped
from tams.models.flow_segment import FlowSegmentPost, parse_segments_post

PARTS = ("segment", "file", "storage_id", "sha256")
_REQUIRED = PARTS[:2]
_is_sha256 = re.compile("[0-9a-f]{64}").fullmatch


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form; `content_type` is None if the client gave none."""

    content: bytes
    content_type: str | None = None

    def text(self, name: str) -> str:
        """Raises InvalidRequestError."""
        try:
            return self.content.decode()
        except UnicodeDecodeError as error:
            raise InvalidRequestError(f"{name}: must be text in UTF-8: {error}") from error


@dataclass(frozen=True, slots=True)
class UploadPost:
    """Media to store, and the Segment to register for it.

    If the client names no Object (`names_object`), the `object_id` of the Segment only keeps a place.
    """

    segment: FlowSegmentPost
    names_object: bool
    media: Part
    storage_id: str | None = None


def check_parts(parts: Mapping[str, Part]) -> None:
    """Raises InvalidRequestError when a part is missing, or is none of an upload."""
    for name in parts:
        if name not in PARTS:
            raise InvalidRequestError(
                f"{clipped(name)}: is not a part of an upload: it has {', '.join(PARTS)}"
            )
    for name in _REQUIRED:
        if name not in parts:
            raise InvalidRequestError(f"{name}: this part is required")


def parse_upload(parts: Mapping[str, Part], segment: object) -> UploadPost:
    """Read a form that has the right parts. `segment` is the decoded JSON of that part.

    Raises InvalidRequestError.
    """
    media = parts["file"]
    if not media.content:
        raise InvalidRequestError("file: must not be empty")
    _check_sha256(parts, media)
    if not isinstance(segment, dict):
        raise InvalidRequestError("segment: must be one Segment, as a JSON object")
    names_object = "object_id" in segment
    try:
        (post,) = parse_segments_post({"object_id": str(uuid4()), **segment}).entries
    except InvalidRequestError as error:
        error.add_place("segment")
        raise
    assert isinstance(post, FlowSegmentPost)
    asked = parts.get("storage_id")
    storage_id = None if asked is None else asked.text("storage_id").strip()
    return UploadPost(post, names_object, media, storage_id)


def _check_sha256(parts: Mapping[str, Part], media: Part) -> None:
    if (given := parts.get("sha256")) is None:
        return
    wanted = given.text("sha256").strip().lower()
    if not _is_sha256(wanted):
        raise InvalidRequestError("sha256: must be 64 hexadecimal digits")
    if (arrived := hashlib.sha256(media.content).hexdigest()) != wanted:
        raise InvalidRequestError(
            f"sha256: the file that arrived, of {len(media.content)} bytes, has {arrived}: send it again"
        )
