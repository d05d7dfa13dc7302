"""One page of a listing: the keys first, then whatever is fetched by them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from tams.models.filters import TagFilter
from tams.models.page_keys import encode_page_key
from tams.models.paging import Page
from tams.repositories.listing.by_id import NAMED_MAX, named, rows_by_id
from tams.repositories.listing.keys import KeySelect, Sizes, is_served
from tams.repositories.listing.order import Key, Order
from tams.repositories.listing.walk import Walk
from tams.repositories.table import Table
from tams.repositories.transaction import Row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, all_of

Item = TypeVar("Item")

_SIZES = Sizes()
_ALL_AT_ONCE = Sizes(selects_max=0)


def page_of(
    transaction: VisibleTransaction,
    table: Table,
    predicate: Predicate | None,
    order: Order,
    item: Callable[[Row], Item],
    columns: Sequence[str] = (),
    **how: Any,
) -> Page[Item]:
    """A page of what `item` makes of rows, which take one more round trip than keys. See `keys_of_page`."""
    ids, next_key = sorted_page(transaction, table, predicate, order, **how)
    rows = rows_by_id(transaction, table, ids, columns)
    return Page(tuple(item(rows[each]) for each in ids), next_key)


def sorted_page(
    transaction: VisibleTransaction,
    table: Table,
    predicate: Predicate | None,
    order: Order,
    **how: Any,
) -> tuple[list[str], str | None]:
    """The ids of one page in order, and the key of the next. See `keys_of_page`."""
    keys, next_key = keys_of_page(transaction, table, predicate, order, **how)
    return [key[1] for key in keys], next_key


def keys_of_page(
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
    sizes: Sizes = _SIZES,
) -> tuple[list[Key], str | None]:
    """The keys of one page in order, and the page key of the next.

    One round trip if few rows match, and a few more if many do. If no projection is sorted in this order, or
    the one that is lacks a column that decides, one round trip reads the keys of all rows that match.

    `without_tags`, `keep` and `among` decide what VAST cannot. `keep` is called in order, and only as far as
    the page needs. `among` is called for some keys at a time, and returns those that belong on the list. No
    others than `only` do.
    """
    last = order.last_of(page)
    if only is not None and not only:
        return [], None
    if (only is not None and len(only) <= NAMED_MAX) or not is_served(table, order, predicate):
        sizes = _ALL_AT_ONCE
    missing = [each.name for each in without_tags if each.exists is False]
    where = all_of(predicate, named(order.id_column, only))
    select = KeySelect(transaction, table, order, where, classes, missing, sizes)
    chosen: list[Key] = []
    for keys in Walk(select, limit + 1).batches(last):
        left = [
            key
            for key in keys
            if key[1] not in select.rejected and (only is None or key[1] in only)
        ]
        if among is not None and left:
            wanted = among([key[1] for key in left])
            left = [key for key in left if key[1] in wanted]
        for key in left:
            if keep is None or keep(key[1]):
                chosen.append(key)
            if len(chosen) > limit:
                return chosen[:limit], encode_page_key(*chosen[limit - 1])
    return chosen, None
