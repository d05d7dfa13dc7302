"""Types that many schemas share: strict JSON scalars, ids, formats, tags, MIME types, ratios."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    SerializationInfo,
    Strict,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from tams.models import patterns
from tams.models.base import EXACT, Model

INT64_MAX = 2**63 - 1

_is_uuid = re.compile(patterns.UUID).fullmatch


def is_uuid(text: str) -> bool:
    """Whether `text` can be the id of a Source, a Flow, a Profile or a Webhook."""
    return _is_uuid(text) is not None


def uuid_fault(text: str) -> str:
    """Why `text` cannot be such an id, and its correct spelling where that is known."""
    rule = patterns.WORDS[patterns.UUID]
    try:
        parsed = UUID(text)  # which also reads upper case, braces, URNs and missing hyphens
    except ValueError:
        return rule
    if is_uuid(str(parsed)):
        return f"{rule}: write {str(parsed)!r}"
    return f"{rule}, not {parsed.version}" if parsed.version else rule


def _whole(value: object) -> object:
    """An integer in JSON Schema's sense: `1.0` is one, `true` and `"1"` are not."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("int_type", "must be an integer")


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def whole_seconds(moment: datetime) -> str:
    """A date in the only form that many clients can parse, as used in answers and events."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _spelt(moment: datetime, info: SerializationInfo) -> str:
    return moment.isoformat() if info.context is EXACT else whole_seconds(moment)


# A length constraint makes pydantic read the text, and thus refuse what UTF-8 cannot hold.
Text = Annotated[str, Strict(), StringConstraints(min_length=0)]
Flag = Annotated[bool, Strict()]
WholeNumber = Annotated[int, BeforeValidator(_whole)]
Integer = Annotated[WholeNumber, Field(ge=-INT64_MAX - 1, le=INT64_MAX)]
Count = Annotated[WholeNumber, Field(ge=0, le=INT64_MAX)]
PositiveInteger = Annotated[WholeNumber, Field(gt=0, le=INT64_MAX)]
UtcDateTime = Annotated[
    AwareDatetime,
    AfterValidator(_to_utc),
    PlainSerializer(_spelt, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

Uuid = Annotated[Text, StringConstraints(pattern=patterns.UUID)]
MimeType = Annotated[Text, StringConstraints(pattern=patterns.MIME_TYPE)]
StrictMimeType = Annotated[Text, StringConstraints(pattern=patterns.STRICT_MIME_TYPE)]


def _tag_shape(value: Any) -> str | None:
    shapes: dict[type, str] = {str: "<string>", list: "<array>"}
    return shapes.get(type(value))


TagValue = Annotated[
    Annotated[Text, Tag("<string>")] | Annotated[list[Text], Tag("<array>")],
    Discriminator(
        _tag_shape,
        custom_error_type="tag_value",
        custom_error_message="must be a string or an array of strings",
    ),
]
Tags = dict[Text, TagValue]


class ContentFormat(StrEnum):
    """The primary content type of a Source or Flow. Source: content-format.json."""

    VIDEO = "urn:x-nmos:format:video"
    IMAGE = "urn:x-tam:format:image"
    AUDIO = "urn:x-nmos:format:audio"
    DATA = "urn:x-nmos:format:data"
    MULTI = "urn:x-nmos:format:multi"


class Ratio(Model):
    """Two positive integers, both given: an aspect ratio."""

    numerator: PositiveInteger
    denominator: PositiveInteger


class Rational(Model):
    """A positive rational number: a frame rate, or a duration in seconds."""

    numerator: PositiveInteger
    denominator: PositiveInteger = 1
