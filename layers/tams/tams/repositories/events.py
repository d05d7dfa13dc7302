"""The outbox on VAST, which is also the event log: a row changes only once, when it gets its place."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from tams.models.caller import AUTH_CLASSES
from tams.models.delivery import Delivery
from tams.models.stored import StoredEvent
from tams.repositories.event_tables import EVENT_ROUTING, EVENTS
from tams.repositories.oldest import oldest
from tams.repositories.predicates import tags_text, values_in_text
from tams.repositories.rows import dumps
from tams.repositories.transaction import ROW_ID, Row, Witness
from tams.repositories.visible import VisibleTransaction
from tams.timing import TimeRange
from tams.vast.where import col


class EventRepository:
    """Every write leaves a row here that shows whether its transaction committed."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._row_ids: dict[str, Any] = {}
        self._added = 0

    @property
    def added(self) -> bool:
        return self._added > 0

    def add(self, events: Sequence[StoredEvent]) -> None:
        """Events of one transaction are stamped a microsecond apart, which keeps their order (EVT-19)."""
        if not events:
            return
        rows = [_row(event) for event in events]
        for row in rows:
            row["created_us"] += self._added
            self._added += 1
        self._transaction.insert(EVENTS, rows)
        first = rows[0]
        written = (col["created_us"] == first["created_us"]) & (col["id"] == first["id"])
        self._transaction.witnessed_by(Witness(EVENTS, written))

    def unrelayed(self, limit: int) -> list[StoredEvent]:
        """The oldest events without a place, in order, with only the columns routing needs.

        Fewer than `limit` if that is all, else up to about `limit`. No time bounds the search: a wrong clock
        must not hide an event. The projection by place keeps these events side by side. One round trip if
        that is all, usually two if not.
        """
        rows = oldest(
            self._transaction,
            EVENTS,
            col["seq"] == 0,
            EVENT_ROUTING,
            by="created_us",
            limit=limit,
        )
        self._row_ids.update((row["id"], row[ROW_ID]) for row in rows)
        return [_event(row) for row in rows]

    def place(self, events: Sequence[StoredEvent], first_seq: int) -> None:
        """Give places, in this order, to events that `unrelayed` returned in this transaction."""
        changed = [
            {ROW_ID: self._row_ids[event.id], "seq": seq}
            for seq, event in enumerate(events, first_seq)
        ]
        self._transaction.update(EVENTS, changed)

    def placed(
        self,
        after_seq: int,
        until_seq: int,
        *,
        since_us: int,
        event_types: Collection[str],
        flow_ids: Collection[str],
        source_ids: Collection[str],
        classes: Collection[str] | None = None,
    ) -> list[tuple[int, StoredEvent]]:
        """Events at places in `(after_seq, until_seq]`, in order, without documents. One round trip.

        What is stamped before `since_us` is left out here: it lies near the start only (`milestone_before`),
        and VAST might take a stamp for a reason to look at all events since then.
        """
        predicate = (col["seq"] > after_seq) & (col["seq"] <= until_seq)
        wanted = {"event_type": event_types, "flow_id": flow_ids, "source_id": source_ids}
        for column, values in wanted.items():
            if values:
                predicate &= col[column].isin(list(values))
        columns = (*EVENT_ROUTING, "seq")
        rows = self._transaction.select(EVENTS, predicate, columns, classes=classes)
        return [
            (row["seq"], _event(row))
            for row in sorted(rows, key=lambda row: row["seq"])
            if row["created_us"] >= since_us
        ]

    def expire(
        self,
        before_us: int,
        after_seq: int,
        limit: int,
        waited_for: Callable[[Collection[int]], Collection[int]],
    ) -> tuple[int, int | None]:
        """Forget events older than that with places after `after_seq`, `limit` or a few more.

        `waited_for` returns which of the places it is given must stay. Returns how many events went, and the
        place to go on after, None at the end. The order by time of the table finds them, however many stay.
        """
        predicate = (col["created_us"] < before_us) & (col["seq"] > after_seq)
        rows = self._transaction.select(
            EVENTS, predicate, ["seq"], with_row_id=True, rows_max=limit
        )
        kept = waited_for([row["seq"] for row in rows])
        expired = [row[ROW_ID] for row in rows if row["seq"] not in kept]
        self._transaction.delete(EVENTS, expired)
        next_seq = max((after_seq, *kept)) if len(rows) >= limit else None
        return len(expired), next_seq

    def find_many(self, deliveries: Sequence[Delivery]) -> dict[str, StoredEvent]:
        """Whole events by id, without those that have expired. One round trip."""
        return self._whole({each.event_id: each.created_us for each in deliveries})

    def whole(self, events: Sequence[StoredEvent]) -> dict[str, StoredEvent]:
        """The same for events that `placed` returned."""
        return self._whole({each.id: each.created_us for each in events})

    def _whole(self, created_us: Mapping[str, int]) -> dict[str, StoredEvent]:
        if not created_us:
            return {}
        predicate = col["created_us"].isin(sorted(set(created_us.values()))) & col["id"].isin(
            list(created_us)
        )
        columns = [name for name in EVENTS.names if name != "seq"]
        rows = self._transaction.select(EVENTS, predicate, columns)
        return {row["id"]: _event(row) for row in rows}


def _row(event: StoredEvent) -> Row:
    return {
        "id": event.id,
        "event_type": event.event_type,
        "flow_id": event.flow_id,
        "source_id": event.source_id,
        "timerange": str(event.timerange) if event.timerange is not None else None,
        "document": dumps(event.document) if event.document is not None else None,
        "collected_by": dumps(event.collected_by) if event.collected_by else None,
        "auth_classes": tags_text({AUTH_CLASSES: list(event.auth_classes)}),
        "created_us": event.created_us,
        "seq": 0,
    }


def _event(row: Row) -> StoredEvent:
    timerange, document = row.get("timerange"), row.get("document")
    return StoredEvent(
        id=row["id"],
        event_type=row["event_type"],
        created_us=row["created_us"],
        flow_id=row["flow_id"],
        source_id=row["source_id"],
        timerange=TimeRange.parse(timerange) if timerange is not None else None,
        document=json.loads(document) if document is not None else None,
        collected_by=tuple(json.loads(row["collected_by"] or "[]")),
        auth_classes=values_in_text(row["auth_classes"], AUTH_CLASSES),
    )
