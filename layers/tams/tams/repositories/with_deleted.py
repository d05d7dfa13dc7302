"""Pages of Flows and Sources on which deleted ones stand at their places, as if they still existed."""

from datetime import datetime
from typing import Any, TypeVar

from tams.models.flow import Flow
from tams.models.page_keys import encode_page_key
from tams.models.paging import Page
from tams.models.queries import FlowQuery, SourceQuery
from tams.models.recycle_bin import BinEntry, BinKind
from tams.models.source import Source
from tams.models.stored import StoredFlow, StoredSource
from tams.repositories.flow_predicates import flows_matching
from tams.repositories.listing import Key, Order
from tams.repositories.predicates import has_tag
from tams.repositories.recycle_bin import RecycleBinRepository
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.sources import sources_matching
from tams.repositories.visible import VisibleTransaction
from tams.timing.microseconds import to_us
from tams.vast.where import Predicate, all_of, col

Live = TypeVar("Live", StoredFlow, StoredSource)


class WithDeleted:
    """`live` is the page of what exists, for the same query. Each page takes two round trips more.

    One id may have been deleted several times. In a key, the id of the entry therefore follows that of the
    Flow or Source, so that no two items have the same key.
    """

    def __init__(self, transaction: VisibleTransaction, recycle_bin: RecycleBinRepository) -> None:
        self._transaction = transaction
        self._recycle_bin = recycle_bin

    def flows(
        self, live: Page[StoredFlow], query: FlowQuery, now_us: int
    ) -> Page[StoredFlow | BinEntry]:
        there = {_key(each.flow, query): each for each in live.items}
        return self._merged(
            there, live.next_key, BinKind.FLOW, flows_matching(query), query, now_us
        )

    def sources(
        self, live: Page[StoredSource], query: SourceQuery, now_us: int
    ) -> Page[StoredSource | BinEntry]:
        there = {_key(each.source, query): each for each in live.items}
        wanted = sources_matching(query)
        return self._merged(there, live.next_key, BinKind.SOURCE, wanted, query, now_us)

    def _merged(
        self,
        live: dict[Key, Live],
        next_key: str | None,
        kind: BinKind,
        wanted: Predicate | None,
        query: FlowQuery | SourceQuery,
        now_us: int,
    ) -> Page[Live | BinEntry]:
        order = _order(query)
        deleted: dict[Key, tuple[str, str]] = {}
        if not query.collected_by_ids:
            deleted = self._keys(kind, wanted, query, now_us)
        keys = order.sorted({*live, *deleted})
        chosen = keys[: query.limit]
        gone = dict(deleted[key] for key in chosen if key not in live)
        entries = self._recycle_bin.whole(gone)
        items = [live[key] if key in live else entries[deleted[key][0]] for key in chosen]
        more = next_key is not None or len(keys) > len(chosen)
        return Page(tuple(items), encode_page_key(*chosen[-1]) if more and chosen else None)

    def _keys(
        self,
        kind: BinKind,
        wanted: Predicate | None,
        query: FlowQuery | SourceQuery,
        now_us: int,
    ) -> dict[Key, tuple[str, str]]:
        """The entries after the page's key by their places, each with the id of its Flow or Source."""
        order = _order(query)
        missing = [each.name for each in query.tags if each.exists is False]
        rows = self._transaction.select(
            RECYCLE_BIN,
            all_of(wanted, col["kind"] == str(kind), col["until_us"] > now_us),
            sorted({order.column, "id", "entry_id", "tags"}),
            classes=query.classes,
        )
        found = {
            (row[order.column], f"{row['id']}/{row['entry_id']}"): (row["entry_id"], row["id"])
            for row in rows
            if not any(has_tag(row["tags"], name) for name in missing)
        }
        after = order.after(order.sorted(found), query.page)
        return {key: found[key] for key in after[: query.limit + 1]}


def _order(query: FlowQuery | SourceQuery) -> Order:
    if query.sort_by == "label":
        return Order("label", newest_first=False, reverse=query.reverse)
    return Order(f"{query.sort_by}_us", reverse=query.reverse)


def _key(document: Flow | Source, query: FlowQuery | SourceQuery) -> Key:
    value: Any = getattr(document, query.sort_by)
    return to_us(value) if isinstance(value, datetime) else value, document.id
