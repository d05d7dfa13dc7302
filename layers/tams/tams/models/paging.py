"""One page of a listing."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Items in the order of the listing, and the opaque key of the next page; None on the last."""

    items: tuple[T, ...]
    next_key: str | None = None
