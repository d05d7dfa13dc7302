"""The recycle bin on VAST. An entry's Segments are in `segments`, on a timeline of their own."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from tams.errors import NotFoundError
from tams.models.collection import FlowCollectionItem
from tams.models.paging import Page
from tams.models.recycle_bin import (
    BinEntry,
    BinKind,
    Collector,
    Deletion,
    RecycleBinQuery,
    Relations,
)
from tams.repositories.changing import ChangingRows
from tams.repositories.flow_rows import flow_from_row, flow_row, timeline_row
from tams.repositories.listing import Order, in_parts, sorted_page
from tams.repositories.predicates import equal
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.rows import dumps, source_from_row, source_row
from tams.repositories.transaction import Row
from tams.repositories.visible import VisibleTransaction
from tams.timing.microseconds import to_us
from tams.vast.where import Predicate, all_of, col


class RecycleBinRepository:
    """Whatever ends an entry holds the guard of its `id`, so that a restore and a purge collide there."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._rows = ChangingRows(transaction, RECYCLE_BIN, "entry_id")

    def add(self, entries: Sequence[BinEntry]) -> None:
        """One round trip."""
        self._rows.insert([_row(entry) for entry in entries])

    def save_timeline(self, entry: BinEntry) -> None:
        """Write what changes with its Segments. The entry was read in this transaction."""
        self._rows.update([{"entry_id": entry.id, **timeline_row(entry.of)}])

    def remove(self, entries: Collection[BinEntry]) -> None:
        """The entries were read in this transaction."""
        self._rows.delete([entry.id for entry in entries])

    def find(self, entry_id: str, resource_id: str | None = None) -> BinEntry | None:
        """An entry; quicker with the id of its Flow or Source."""
        found = self._select(
            all_of(col["entry_id"] == entry_id, equal({"id": resource_id})),
        )
        return found[0] if found else None

    def find_many(self, entry_ids: Sequence[str]) -> dict[str, BinEntry]:
        return {
            entry.id: entry
            for some in in_parts(entry_ids)
            for entry in self._select(col["entry_id"].isin(some))
        }

    def get(self, entry_id: str) -> BinEntry:
        """Raises NotFoundError."""
        if (entry := self.find(entry_id)) is None:
            raise NotFoundError("recycle bin entry", entry_id)
        return entry

    def of(self, resource_id: str, kind: BinKind, now_us: int) -> list[BinEntry]:
        """The entries for a Flow or Source that can still be restored, the latest deletion first."""
        wanted = (col["id"] == resource_id) & (col["kind"] == str(kind))
        found = self._select(wanted & (col["until_us"] > now_us))
        return sorted(found, key=_when, reverse=True)

    def of_deletion(self, deletion_id: str) -> list[BinEntry]:
        """Everything that was deleted together."""
        return self._select(col["deletion_id"] == deletion_id)

    def has_profile(self, profile_id: str) -> bool:
        """Whether a deleted Flow is linked to a Profile. One round trip."""
        predicate = (col["profile_id"] == profile_id) & (col["kind"] == str(BinKind.FLOW))
        return bool(self._transaction.select(RECYCLE_BIN, predicate, ["entry_id"], rows_max=1))

    def due(self, now_us: int, limit: int) -> list[BinEntry]:
        """Entries whose time is over, at least `limit` if there are that many."""
        return self._select(col["until_us"] <= now_us, rows_max=limit)

    def list_(self, query: RecycleBinQuery) -> Page[BinEntry]:
        """A page, whose rows take one more round trip than its keys. See `keys_of_page`."""
        ids, next_key = sorted_page(
            self._transaction,
            RECYCLE_BIN,
            _matching(query),
            Order("deleted_us", reverse=query.reverse, id_column="entry_id", has_unset=False),
            page=query.page,
            limit=query.limit,
            classes=query.classes,
        )
        entries = self.find_many(ids)
        return Page(tuple(entries[each] for each in ids), next_key)

    def _select(
        self, predicate: Predicate | None, *, rows_max: int | None = None
    ) -> list[BinEntry]:
        rows = self._transaction.select(
            RECYCLE_BIN, predicate, RECYCLE_BIN.names, with_row_id=True, rows_max=rows_max
        )
        return [_entry(row) for row in self._rows.track(rows)]


def _when(entry: BinEntry) -> tuple[int, int]:
    """When it was deleted. Of two with one id deleted at once, the one created later was the later."""
    created = (entry.source.source if entry.source else entry.of.flow).created
    return entry.deletion.deleted_us, to_us(created) if created else 0


def _matching(query: RecycleBinQuery) -> Predicate | None:
    return all_of(
        col["until_us"] > query.now_us,
        equal(
            {
                "kind": query.kind and str(query.kind),
                "source_id": query.source_id,
                "deleted_by": query.deleted_by,
            }
        ),
        None
        if query.flow_id is None
        else (col["id"] == query.flow_id) & (col["kind"] != str(BinKind.SOURCE)),
        None if query.deleted_from is None else col["deleted_us"] >= to_us(query.deleted_from),
        None if query.deleted_until is None else col["deleted_us"] < to_us(query.deleted_until),
    )


def _row(entry: BinEntry) -> Row:
    if entry.source is not None:
        described = {**source_row(entry.source), "source_id": entry.source_id}
    else:
        described = flow_row(entry.of) | timeline_row(entry.of)
    return {
        **dict.fromkeys(RECYCLE_BIN.names),
        **described,
        "entry_id": entry.id,
        "deletion_id": entry.deletion.id,
        "kind": str(entry.kind),
        "relations": _relations_text(entry.relations),
        "deleted_us": entry.deletion.deleted_us,
        "until_us": entry.deletion.until_us,
        "deleted_by": entry.deletion.deleted_by,
    }


def _entry(row: Row) -> BinEntry:
    kind = BinKind(row["kind"])
    deletion = Deletion(row["deletion_id"], row["deleted_us"], row["until_us"], row["deleted_by"])
    if kind is BinKind.SOURCE:
        return BinEntry(row["entry_id"], kind, deletion, source=source_from_row(row))
    relations = _relations(row["relations"])
    return BinEntry(row["entry_id"], kind, deletion, flow_from_row(row), relations=relations)


def _relations_text(relations: Relations) -> str | None:
    if not relations:
        return None
    return dumps(
        {
            "members": [item.to_document() for item in relations.members],
            "collectors": [
                {"flow_id": it.flow_id, "position": it.position, "item": it.item.to_document()}
                for it in relations.collectors
            ],
        }
    )


def _relations(text: str | None) -> Relations:
    if text is None:
        return Relations()
    found: dict[str, Any] = json.loads(text)
    return Relations(
        tuple(FlowCollectionItem.model_validate(each) for each in found["members"]),
        tuple(
            Collector(it["flow_id"], it["position"], FlowCollectionItem.model_validate(it["item"]))
            for it in found["collectors"]
        ),
    )
