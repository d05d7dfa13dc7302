"""What the functions that decode are asked to render from Objects."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

OBJECT_BYTES_MAX = 100 * 2**20
"""The most bytes of an Object that is decoded, with its initialisation: it is fetched whole."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the bytes of an Object are: on a storage backend, or at a client's own URL."""

    object_id: str
    storage_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class RenderingTask:
    """What to render, and from which Objects. It travels as JSON to the function that does it."""

    storage_id: str
    name: str
    origins: tuple[Origin, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        origins = tuple(Origin(**each) for each in given["origins"])
        return cls(**{**given, "origins": origins})
