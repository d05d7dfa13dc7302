"""Sorted pages from a store that cannot sort: keys first, then the rows of one page.

A listing selects only the sort key and the id of what matches, orders them here, and fetches the documents
of one page: two round trips whatever the page. Page keys name the last item, so they stay right while items
come and go.
"""

from collections.abc import Callable, Sequence
from typing import Any

import ibis

from tams.models.page_keys import decode_page_key, encode_page_key
from tams.repositories.database import Row, VastTransaction
from tams.repositories.tables import Table


def newest_first(
    transaction: VastTransaction,
    table: Table,
    predicate: Any,
    *,
    page: str | None,
    limit: int,
    from_row: Callable[[Row], Any],
) -> tuple[list[Any], str | None]:
    """One page ordered by `created_us`, newest first, ties by id; and the key of the next."""
    keys = transaction.select(table, predicate, ["created_us", "id"])
    ordered = sorted((-row["created_us"], row["id"]) for row in keys)
    if page is not None:
        created_us, last_id = decode_page_key(page, int, str)
        ordered = [key for key in ordered if key > (-created_us, last_id)]
    chosen, more = ordered[:limit], len(ordered) > limit
    rows = rows_by_id(transaction, table, [key[1] for key in chosen])
    items = [from_row(rows[key[1]]) for key in chosen]
    return items, encode_page_key(-chosen[-1][0], chosen[-1][1]) if more else None


def rows_by_id(
    transaction: VastTransaction, table: Table, ids: Sequence[str], *, with_row_id: bool = False
) -> dict[str, Row]:
    """Rows of a table keyed by `id`; none when none are asked for."""
    if not ids:
        return {}
    predicate = ibis._["id"] == ids[0] if len(ids) == 1 else ibis._["id"].isin(list(ids))
    rows = transaction.select(table, predicate, table.columns.names, with_row_id=with_row_id)
    return {row["id"]: row for row in rows}
