"""Which rows a read may return. Everything that hides rows is decided here, for all repositories.

- Classes: a select made for a caller names the classes that the caller may read. Selects that decide the fate
  of a resource let all classes through, and the services judge what they find (`services/access`).
- Running deletions: clients no longer see Segments that a deletion covers, even before their rows are
  removed. The Flow's outline says which those are. `outline.whole` hides none, for code that deletes them.

Repositories only see transactions as `VisibleTransaction`, so no select bypasses this.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tams.models.stored import FlowOutline, StoredSegment
from tams.repositories.event_tables import EVENTS, WEBHOOKS
from tams.repositories.predicates import classed
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.table import Table
from tams.repositories.tables import FLOWS, SOURCES
from tams.repositories.transaction import Row, VastTransaction, Witness
from tams.timing import TimeRange
from tams.vast.where import Predicate, all_of

_CLASSES_IN = {
    FLOWS.name: "tags",
    SOURCES.name: "tags",
    WEBHOOKS.name: "tags",
    EVENTS.name: "auth_classes",
    RECYCLE_BIN.name: "tags",
}
"""The column that holds the classes of a row."""


class VisibleTransaction:
    """An open transaction as repositories see it: it reads only visible rows."""

    def __init__(self, transaction: VastTransaction) -> None:
        self._unfiltered = transaction

    def select(
        self,
        table: Table,
        predicate: Predicate | None,
        columns: Iterable[str],
        *,
        classes: Collection[str] | None = None,
        with_row_id: bool = False,
        rows_max: int | None = None,
    ) -> list[Row]:
        """Like `VastTransaction.select`: rows of any of these classes, or all rows when None.

        One round trip; none for a caller without classes, who sees nothing.
        """
        if classes is not None and not classes:
            return []
        return self._unfiltered.select(
            table,
            all_of(predicate, _let_through(table, classes)),
            columns,
            with_row_id=with_row_id,
            rows_max=rows_max,
        )

    def scan(
        self, table: Table, predicate: Predicate | None, columns: Iterable[str]
    ) -> Iterator[list[Row]]:
        """Like `VastTransaction.scan`: for operators, who see rows of all classes."""
        return self._unfiltered.scan(table, predicate, columns)

    def count(self, table: Table, predicate: Predicate | None) -> int:
        """How many rows match, visible or not: for the cost of a read, never for a caller. One round trip."""
        return self._unfiltered.count(table, predicate)

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        self._unfiltered.insert(table, rows)

    def update(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        self._unfiltered.update(table, rows)

    def delete(self, table: Table, row_ids: Sequence[Any]) -> None:
        self._unfiltered.delete(table, row_ids)

    def witnessed_by(self, witness: Witness) -> None:
        """Sets what shows that the transaction committed, if its answer is lost."""
        self._unfiltered.witness = witness


def _let_through(table: Table, classes: Collection[str] | None) -> Predicate | None:
    """The predicate that selects visible rows; None for all."""
    return None if classes is None else classed(classes, _CLASSES_IN[table.name])


def shows(outline: FlowOutline, timerange: TimeRange) -> bool:
    """Whether clients see a Segment of the Flow at this timerange: no running deletion covers it."""
    return not any(gone.contains(timerange) for gone in outline.deleting.values())


def shown(outline: FlowOutline, segments: Iterable[StoredSegment]) -> list[StoredSegment]:
    """The Flow's Segments that clients see."""
    return [segment for segment in segments if shows(outline, segment.timerange)]
