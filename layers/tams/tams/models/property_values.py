"""The bodies of single properties: a bare JSON value, taken as it is and never converted."""

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from tams.errors import InvalidRequestError
from tams.models.collection import FlowCollectionItem
from tams.models.common import Count, Flag, Tags, TagValue, Text
from tams.models.validation import validation_message

_Value = TypeVar("_Value")

_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_FLAG: TypeAdapter[bool] = TypeAdapter(Flag)
_BIT_RATE: TypeAdapter[int] = TypeAdapter(Count)
_TAGS: TypeAdapter[dict[str, str | list[str]]] = TypeAdapter(Tags)
_TAG_VALUE: TypeAdapter[str | list[str]] = TypeAdapter(TagValue)


def parse_text(body: object) -> str:
    """A label or a description. Raises InvalidRequestError."""
    return _parse(_TEXT, body)


def parse_flag(body: object) -> bool:
    """`read_only`. Raises InvalidRequestError."""
    return _parse(_FLAG, body)


def parse_bit_rate(body: object) -> int:
    """`max_bit_rate` or `avg_bit_rate`, in 1000 bit/s. Raises InvalidRequestError."""
    return _parse(_BIT_RATE, body)


def parse_tag_value(body: object) -> str | list[str]:
    """One tag: a string or an array of strings. Raises InvalidRequestError."""
    return _parse(_TAG_VALUE, body)


def parse_tags(body: object) -> dict[str, str | list[str]]:
    """All tags of a resource by name. Raises InvalidRequestError."""
    return _parse(_TAGS, body)


def parse_flow_collection(body: object) -> tuple[FlowCollectionItem, ...]:
    """The members in their order. Raises InvalidRequestError."""
    return tuple(FlowCollectionItem.list_from_body(body))


def _parse(adapter: TypeAdapter[_Value], body: object) -> _Value:
    try:
        return adapter.validate_python(body)
    except ValidationError as error:
        raise InvalidRequestError(validation_message(error)) from error
