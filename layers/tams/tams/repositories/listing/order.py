"""The order of a listing, and the page keys that name a place in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tams.errors import InvalidRequestError
from tams.models.common import INT64_MAX
from tams.models.page_keys import decode_page_key, unknown_page_key

Key = tuple[Any, str]
"""The value sorted by, None when unset, and the id."""


@dataclass(frozen=True, slots=True)
class Order:
    """Sorts by a column: dates newest first, unset values last by id. `reverse` reverses the whole order."""

    column: str
    newest_first: bool = True
    reverse: bool = False
    id_column: str = "id"
    has_unset: bool = True
    """Whether the column may be null in rows of the listing."""

    @property
    def ascends(self) -> bool:
        """Whether values become larger from one item to the next."""
        return self.newest_first is self.reverse

    def sorted(self, keys: Iterable[Key]) -> list[Key]:
        return sorted(keys, key=self._place, reverse=self.reverse)

    def is_after(self, key: Key, last: Key | None) -> bool:
        """Whether a key comes after the last one; anything comes after None."""
        if last is None:
            return True
        place, last_place = self._place(key), self._place(last)
        return place < last_place if self.reverse else place > last_place

    def after(self, keys: Sequence[Key], page: str | None) -> Sequence[Key]:
        """The keys after the item that a page key names. Raises InvalidRequestError."""
        last = self.last_of(page)
        return keys if last is None else [key for key in keys if self.is_after(key, last)]

    def last_of(self, page: str | None) -> Key | None:
        """The item that a page key names, as far as columns can hold it. Raises InvalidRequestError."""
        if page is None:
            return None
        try:
            value, identifier = decode_page_key(page, int if self.newest_first else str, str)
        except InvalidRequestError:
            value, identifier = decode_page_key(page, type(None), str)
        try:
            f"{value}{identifier}".encode()
        except UnicodeEncodeError as error:
            raise unknown_page_key(page) from error
        if isinstance(value, int):
            value = max(-INT64_MAX, min(value, INT64_MAX))
        return value, identifier

    def _place(self, key: Key) -> tuple[bool, Any, str]:
        value, identifier = key
        if value is None:
            return True, 0 if self.newest_first else "", identifier
        return False, -value if self.newest_first else value, identifier
