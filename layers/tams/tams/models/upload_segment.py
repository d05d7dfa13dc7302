"""A Segment that an upload registers by itself, as headers that travel with the bytes (ADR 8)."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Self
from urllib.parse import quote, unquote

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tams.errors import InvalidRequestError
from tams.models.base import ClosedModel
from tams.models.common import Integer, Tags, Text
from tams.models.flow_segment import FlowSegmentPost, segment_fault
from tams.timing import TimeRange, Timestamp

PREFIX = "x-amz-meta-tams-"

HEADERS_BYTES_MAX = 2_000
"""S3 stores 2 KB of metadata with an object, names included."""

_FIELDS = (
    "timerange",
    "ts_offset",
    "object_timerange",
    "last_duration",
    "sample_offset",
    "sample_count",
    "key_frame_count",
    "init_object_id",
    "tags",
)
_INTEGERS = {"sample_offset", "sample_count", "key_frame_count"}
_QUOTED = {"init_object_id", "tags"}
"""Percent-encoded in a header. Tags are JSON."""
_is_integer = re.compile(r"-?[0-9]{1,19}", re.ASCII).fullmatch


class UploadSegment(ClosedModel):
    """The Segment that the upload of one Object registers. This is an extension of TAMS.

    The properties are the same as in a Segment's POST. Properties missing here, such as get_urls, can only be
    POSTed.
    """

    object_id: Annotated[Text, StringConstraints(min_length=1)] | None = Field(
        default=None, description="The Object's id. The service generates one if it is absent."
    )
    timerange: TimeRange
    ts_offset: Timestamp | None = None
    object_timerange: TimeRange | None = None
    last_duration: Timestamp | None = None
    sample_offset: Integer | None = None
    sample_count: Integer | None = None
    key_frame_count: Integer | None = None
    init_object_id: Text | None = None
    tags: Tags | None = None

    @model_validator(mode="after")
    def _check_segment(self) -> Self:
        if (reason := segment_fault(self.post_for(self.object_id or "any"))) is not None:
            raise PydanticCustomError("segment", "{reason}", {"reason": reason})
        size = sum(len(name) + len(value) for name, value in self.headers.items())
        if size > HEADERS_BYTES_MAX:
            raise PydanticCustomError(
                "metadata", "must fit into {max} bytes of S3 metadata", {"max": HEADERS_BYTES_MAX}
            )
        return self

    @property
    def headers(self) -> dict[str, str]:
        """The headers the upload must send for `segment_of` to read the same Segment."""
        given = ((name, getattr(self, name)) for name in _FIELDS)
        return {_header(name): _text(name, value) for name, value in given if value is not None}

    def post_for(self, object_id: str) -> FlowSegmentPost:
        return FlowSegmentPost(
            object_id=object_id, **{name: getattr(self, name) for name in _FIELDS}
        )


def segment_of(headers: Mapping[str, str], object_id: str) -> FlowSegmentPost | None:
    """The Segment that an upload with these headers asks for; None when it asks for none.

    Raises InvalidRequestError when it asks for one that breaks a rule by itself.
    """
    if _header("timerange") not in headers:
        return None
    body: dict[str, Any] = {
        name: _value(name, headers[_header(name)]) for name in _FIELDS if _header(name) in headers
    }
    post = FlowSegmentPost.from_body({"object_id": object_id, **body})
    if (reason := segment_fault(post)) is not None:
        raise InvalidRequestError(reason)
    return post


def _header(field: str) -> str:
    return PREFIX + field.replace("_", "-")


def _text(field: str, value: object) -> str:
    """An id and tags may contain any character, a header may not."""
    if field == "tags":
        value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return quote(str(value), safe="") if field in _QUOTED else str(value)


def _value(field: str, text: str) -> object:
    """What cannot be read stays text, which the model then refuses."""
    if field in _INTEGERS and _is_integer(text):
        return int(text)
    if field not in _QUOTED:
        return text
    plain = unquote(text)
    if field == "tags":
        with suppress(ValueError, RecursionError):
            return json.loads(plain)
    return plain
