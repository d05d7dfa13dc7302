"""Sorted pages from a store that cannot sort: keys first, then the rows of one page.

A listing selects only the sort keys and ids that match, orders them here, and fetches the documents of one
page: two round trips for any page. Page keys name the last item, so they stay valid while items are added and
deleted.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from tams.errors import InvalidRequestError
from tams.models.filters import TagFilter
from tams.models.page_keys import decode_page_key, encode_page_key
from tams.repositories.predicates import has_tag
from tams.repositories.table import Table
from tams.repositories.transaction import Row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, all_of, col

_PREDICATE_BYTES = 4 * 1024 * 1024
_ID_BYTES = 256
"""The bytes a request needs for an id besides its characters."""

NAMED_MAX = 1_000
"""Ids that a select names, at 300 bytes each. For more, it reads all rows, at some 50 bytes each."""

Key = tuple[Any, str]
"""The value sorted by, None when unset, and the id."""


@dataclass(frozen=True, slots=True)
class Order:
    """Sorts by a column: dates newest first, unset values last by id. `reverse` reverses the whole order."""

    column: str
    newest_first: bool = True
    reverse: bool = False

    def sorted(self, keys: Iterable[Key]) -> list[Key]:
        return sorted(keys, key=self._place, reverse=self.reverse)

    def after(self, keys: Sequence[Key], page: str | None) -> Sequence[Key]:
        """The keys after the item that a page key names. Raises InvalidRequestError."""
        if page is None:
            return keys
        value, last_id = _decoded(page, int if self.newest_first else str)
        last = self._place((value, last_id))
        if self.reverse:
            return [key for key in keys if self._place(key) < last]
        return [key for key in keys if self._place(key) > last]

    def _place(self, key: Key) -> tuple[bool, Any, str]:
        value, identifier = key
        if value is None:
            return True, 0 if self.newest_first else "", identifier
        return False, -value if self.newest_first else value, identifier


def sorted_page(
    transaction: VisibleTransaction,
    table: Table,
    predicate: Predicate | None,
    order: Order,
    *,
    page: str | None,
    limit: int,
    classes: Collection[str] | None = None,
    without_tags: Iterable[TagFilter] = (),
    keep: Callable[[str], bool] | None = None,
    only: AbstractSet[str] | None = None,
    among: Callable[[Sequence[str]], Collection[str]] | None = None,
) -> tuple[list[str], str | None]:
    """The ids of one page in order, and the key of the next.

    `without_tags`, `keep` and `among` decide what VAST cannot. `keep` is called in order, and only as far as
    the page needs. `among` is called once, and returns those that belong on the list. No others than `only`
    do.
    """
    if only is not None and not only:
        return [], None
    missing = [each.name for each in without_tags if each.exists is False]
    columns = {order.column, "id"} | ({"tags"} if missing else set())
    rows = transaction.select(
        table, all_of(predicate, named("id", only)), sorted(columns), classes=classes
    )
    keys = order.after(
        order.sorted(
            (row[order.column], row["id"])
            for row in rows
            if (only is None or row["id"] in only)
            and not any(has_tag(row["tags"], name) for name in missing)
        ),
        page,
    )
    if among is not None:
        wanted = among([key[1] for key in keys])
        keys = [key for key in keys if key[1] in wanted]
    chosen = _first(keys, limit + 1, keep)
    more = len(chosen) > limit
    chosen = chosen[:limit]
    return [key[1] for key in chosen], encode_page_key(*chosen[-1]) if more else None


def named(column: str, ids: Collection[str] | None) -> Predicate | None:
    """Narrows a select to these ids, of which there is at least one. None if there are too many to name."""
    return None if ids is None or len(ids) > NAMED_MAX else col[column].isin(sorted(ids))


def rows_by_id(
    transaction: VisibleTransaction,
    table: Table,
    ids: Sequence[str],
    columns: Sequence[str] = (),
    *,
    classes: Collection[str] | None = None,
    with_row_id: bool = False,
) -> dict[str, Row]:
    """Rows of a table keyed by `id`; no ids give no rows, and no `columns` mean all of them.

    One round trip for each _PREDICATE_BYTES of ids, some 25,000 UUIDs.
    """
    found: dict[str, Row] = {}
    for some in in_parts(ids):
        predicate = col["id"] == some[0] if len(some) == 1 else col["id"].isin(some)
        rows = transaction.select(
            table,
            predicate,
            columns or table.names,
            classes=classes,
            with_row_id=with_row_id,
        )
        found |= {row["id"]: row for row in rows}
    return found


def in_parts(ids: Sequence[str]) -> Iterator[list[str]]:
    """Splits ids, because VAST refuses a select whose request takes more than 5 MiB."""
    part: list[str] = []
    size = 0
    for each in ids:
        size += _ID_BYTES + len(each.encode())
        if part and size > _PREDICATE_BYTES:
            yield part
            part, size = [], _ID_BYTES + len(each.encode())
        part.append(each)
    if part:
        yield part


def ids_of_classes(
    transaction: VisibleTransaction, table: Table, ids: Collection[str], classes: Collection[str]
) -> set[str]:
    """Those of these ids whose rows belong to any of these classes."""
    found: set[str] = set()
    for some in in_parts(sorted(ids)):
        rows = transaction.select(table, col["id"].isin(some), ["id"], classes=classes)
        found |= {row["id"] for row in rows}
    return found


def ids_there(transaction: VisibleTransaction, table: Table, ids: Collection[str]) -> set[str]:
    """Those of these ids that a row has, even one that no reader sees."""
    return {
        row["id"]
        for some in in_parts(sorted(ids))
        for rows in transaction.scan(table, col["id"].isin(some), ["id"])
        for row in rows
    }


def _first(keys: Sequence[Key], count: int, keep: Callable[[str], bool] | None) -> list[Key]:
    kept: Iterator[Key] = (key for key in keys if keep is None or keep(key[1]))
    return [key for key, _ in zip(kept, range(count), strict=False)]


def _decoded(page: str, kind: type) -> Key:
    try:
        value, identifier = decode_page_key(page, kind, str)
    except InvalidRequestError:
        value, identifier = decode_page_key(page, type(None), str)
    return value, identifier
