"""The recycle bin on VAST. An entry's Segments are in `segments`, on a timeline of their own."""

from collections.abc import Collection, Mapping, Sequence

from tams.errors import NotFoundError
from tams.models.paging import Page
from tams.models.recycle_bin import (
    BinEntry,
    BinKind,
    Collector,
    RecycleBinQuery,
    RecycleBinSummary,
)
from tams.repositories.changing import ChangingRows
from tams.repositories.flow_rows import timeline_row
from tams.repositories.listing import Order, in_parts, sorted_page
from tams.repositories.predicates import equal
from tams.repositories.recycle_bin_rows import (
    SUMMARY,
    entry_from_row,
    entry_row,
    size_row,
    summary_of,
)
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.visible import VisibleTransaction
from tams.timing.microseconds import to_us
from tams.vast.where import Predicate, all_of, col

_KEYS_MAX = 5_000
"""The most entries that a select names, each with two ids: VAST refuses requests of more than 5 MiB."""


class RecycleBinRepository:
    """Whatever ends an entry holds the guard of its `id`, so that a restore and a purge collide there."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._rows = ChangingRows(transaction, RECYCLE_BIN, "entry_id")
        self.removed: set[str] = set()
        """The ids of the entries that this transaction has removed."""
        self.restored_count = 0
        """The Segments that this transaction has put back on the timelines of Flows that remained."""
        self.unplaced: list[Collector] = []
        """Members left out of collections because one of the two Flows was still deleted.

        A batch may restore that one too, later in this transaction.
        """

    def add(self, entries: Sequence[BinEntry]) -> None:
        """One round trip."""
        self._rows.insert([entry_row(entry) for entry in entries])

    def save_timeline(self, entry: BinEntry) -> None:
        """Write what changes with its Segments, of an entry read in this transaction. It has no size then."""
        unmeasured = size_row(None, None)
        self._rows.update([{"entry_id": entry.id, **timeline_row(entry.of), **unmeasured}])

    def save_sizes(self, entries: Sequence[BinEntry]) -> None:
        """Write `size` and `measuring` of entries read in this transaction. One round trip."""
        self._rows.update(
            [{"entry_id": it.id, **size_row(it.size, it.measuring)} for it in entries]
        )

    def remove(self, entries: Collection[BinEntry]) -> None:
        """The entries were read in this transaction."""
        ids = [entry.id for entry in entries]
        self._rows.delete(ids)
        self.removed.update(ids)

    def find(self, entry_id: str, resource_id: str | None = None) -> BinEntry | None:
        """An entry: two round trips, or one with the id of its Flow or Source."""
        if resource_id is None:
            keys = self._keys(col["entry_id"] == entry_id)
            return self.whole(keys).get(entry_id)
        return self.whole({entry_id: resource_id}).get(entry_id)

    def whole(self, keys: Mapping[str, str]) -> dict[str, BinEntry]:
        """Entries by id, given with the ids of their Flows or Sources, which is the key of the table.

        One round trip for every _KEYS_MAX of them.
        """
        entry_ids, found = list(keys), dict[str, BinEntry]()
        for first in range(0, len(entry_ids), _KEYS_MAX):
            some = entry_ids[first : first + _KEYS_MAX]
            ids = sorted({keys[each] for each in some})
            for entry in self._select(col["id"].isin(ids) & col["entry_id"].isin(some)):
                found[entry.id] = entry
        return found

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
        """Everything that was deleted together. Two round trips."""
        return list(self.whole(self._keys(col["deletion_id"] == deletion_id)).values())

    def has_profile(self, profile_id: str) -> bool:
        """Whether a deleted Flow is linked to a Profile. One round trip."""
        predicate = (col["profile_id"] == profile_id) & (col["kind"] == str(BinKind.FLOW))
        return bool(self._transaction.select(RECYCLE_BIN, predicate, ["entry_id"], rows_max=1))

    def due(self, now_us: int, limit: int) -> list[BinEntry]:
        """Entries whose time is over, at least `limit` if there are that many. Two round trips, or one."""
        return list(self.whole(self._keys(col["until_us"] <= now_us, rows_max=limit)).values())

    def unmeasured(self, limit: int) -> dict[str, str]:
        """Entries with Segments whose size nobody knows, at least `limit` if there are that many.

        Their ids with those of their Flows, as `whole` takes them. One round trip.
        """
        wanted = col["size_bytes"].isnull() & (col["segment_count"] > 0)
        return self._keys(wanted, rows_max=limit)

    def summary(self, query: RecycleBinQuery) -> RecycleBinSummary:
        """Of the entries that the filters choose. One round trip, for four numbers of each."""
        rows = self._transaction.select(
            RECYCLE_BIN, _matching(query), SUMMARY, classes=query.classes
        )
        return summary_of(rows)

    def list_(self, query: RecycleBinQuery) -> Page[BinEntry]:
        """A page, whose rows take two more round trips than its keys. See `keys_of_page`."""
        ids, next_key = sorted_page(
            self._transaction,
            RECYCLE_BIN,
            _matching(query),
            Order("deleted_us", reverse=query.reverse, id_column="entry_id", has_unset=False),
            page=query.page,
            limit=query.limit,
            classes=query.classes,
        )
        keys = {
            entry_id: resource_id
            for some in in_parts(ids)
            for entry_id, resource_id in self._keys(col["entry_id"].isin(some)).items()
        }
        entries = self.whole(keys)
        return Page(tuple(entries[each] for each in ids), next_key)

    def _keys(self, predicate: Predicate, *, rows_max: int | None = None) -> dict[str, str]:
        """The ids of their Flows and Sources by those of the entries: what projections hold."""
        rows = self._transaction.select(
            RECYCLE_BIN, predicate, ["entry_id", "id"], rows_max=rows_max
        )
        return {row["entry_id"]: row["id"] for row in rows}

    def _select(self, predicate: Predicate | None) -> list[BinEntry]:
        rows = self._transaction.select(RECYCLE_BIN, predicate, RECYCLE_BIN.names, with_row_id=True)
        return [entry_from_row(row) for row in self._rows.track(rows)]


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
                "deletion_id": query.deletion_id,
                "deleted_by": query.deleted_by,
            }
        ),
        None
        if query.flow_id is None
        else (col["id"] == query.flow_id) & (col["kind"] != str(BinKind.SOURCE)),
        None if query.deleted_from is None else col["deleted_us"] >= to_us(query.deleted_from),
        None if query.deleted_until is None else col["deleted_us"] < to_us(query.deleted_until),
    )
