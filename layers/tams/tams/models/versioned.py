"""A resource with the version by which clients know whether they have it already."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from tams.timing.microseconds import to_us

T = TypeVar("T")

ANY_VERSION = "*"


@dataclass(frozen=True, slots=True)
class Versioned(Generic[T]):
    """`value` is None where the client has this version. Without a version, nothing can be said about it."""

    version: str | None
    value: T | None


def version_of(created: datetime | None, revision: int) -> str | None:
    """Tells resources apart that had the same id one after the other."""
    return None if created is None else f"{to_us(created):x}-{revision:x}"


def is_known(version: str | None, known: Collection[str]) -> bool:
    return version is not None and (version in known or ANY_VERSION in known)
