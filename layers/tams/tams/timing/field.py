"""How a time value behaves as a field of a pydantic model: text in, the value inside, text out."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from tams.errors import InvalidRequestError

_Value = TypeVar("_Value")


def text_field_schema(
    value_type: type[_Value], parse: Callable[[str], _Value], pattern: str
) -> CoreSchema:
    """Validate from text or from the value itself; write canonical text to JSON."""

    def validate(value: object) -> _Value:
        if isinstance(value, value_type):
            return value
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "must be a string")
        try:
            return parse(value)
        except InvalidRequestError as error:
            raise PydanticCustomError("tams_time", "{reason}", {"reason": str(error)}) from error

    return core_schema.no_info_plain_validator_function(
        validate,
        json_schema_input_schema=core_schema.str_schema(pattern=pattern),
        serialization=core_schema.plain_serializer_function_ser_schema(
            str, return_schema=core_schema.str_schema(pattern=pattern), when_used="json"
        ),
    )


AnyHandler = Callable[[Any], CoreSchema]
