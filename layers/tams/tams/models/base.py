"""Common behaviour of all models: frozen, strict about JSON types, and silent about what is unset."""

from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tams.errors import InvalidRequestError
from tams.models.validation import NULL_FIELD, validation_message

_Model = TypeVar("_Model", bound="Model")

_BODY = object()
"""Marks, in pydantic's context, that a client's own JSON is being read."""

EXACT = object()
"""Marks, in pydantic's context, that the store's own JSON is being written."""


class Model(BaseModel):
    """One schema of the specification; properties it does not know are dropped."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True
    )

    _input_names: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: Any) -> None:
        cls._input_names = frozenset(
            name
            for field_name, field in cls.model_fields.items()
            for name in (field_name, *_aliases(field.validation_alias))
        )

    @classmethod
    def from_body(cls, body: object) -> Self:
        """Read a client's decoded JSON. Raises InvalidRequestError that names the field and the reason."""
        try:
            return cls.model_validate(body, context=_BODY)
        except ValidationError as error:
            raise InvalidRequestError(validation_message(error)) from error

    @classmethod
    def list_from_body(cls, body: object) -> list[Self]:
        """Read a client's decoded JSON array; raises like `from_body`."""
        try:
            return _list_adapter(cls).validate_python(body, context=_BODY)
        except ValidationError as error:
            raise InvalidRequestError(validation_message(error)) from error

    def to_json(self) -> dict[str, Any]:
        """The JSON of the specification, without unset properties."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def to_json_bytes(self) -> bytes:
        """The same, encoded."""
        return self.__pydantic_serializer__.to_json(self, by_alias=True, exclude_none=True)

    def to_document(self) -> dict[str, Any]:
        """The same JSON as stored: dates to the microsecond, which order and paging need."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, context=EXACT)

    @model_validator(mode="before")
    @classmethod
    def _refuse_null(cls, value: Any, info: ValidationInfo) -> Any:
        """A property may be absent but not `null`: no schema of the specification allows it."""
        if info.context is _BODY and isinstance(value, dict) and None in value.values():
            for name in sorted(cls._input_names & value.keys()):
                if value[name] is None:
                    raise PydanticCustomError(NULL_FIELD, "must not be null", {"field": name})
        return value


class ClosedModel(Model):
    """A schema that allows no other properties than its own."""

    model_config = ConfigDict(extra="forbid")


def _aliases(alias: str | AliasPath | AliasChoices | None) -> list[str]:
    """The JSON names that a field is read from besides its own."""
    match alias:
        case str():
            return [alias]
        case AliasChoices():
            return [choice for choice in alias.choices if isinstance(choice, str)]
        case _:
            return []


@cache
def _list_adapter(model: type[_Model]) -> TypeAdapter[list[_Model]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]
