"""Deliveries on VAST: what waits for each webhook, how far each has got, and the place of the relay."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import uuid4

import ibis

from tams.models.delivery import Delivery, DeliveryState, RelayState
from tams.repositories.database import ROW_ID, VastTransaction, Witness
from tams.repositories.tables import DELIVERIES, DELIVERY_STATES, RELAY

_FIRST_WINDOW = 256
_WIDEST_WINDOW = 65_536


class VastDeliveryRepository:
    """Every save of a state writes the next `revision`, so that two workers on one of them collide."""

    def __init__(self, transaction: VastTransaction) -> None:
        self._transaction = transaction
        self._relay_row: Any = None
        self._row_ids: dict[int, Any] = {}
        self._state_rows: dict[str, Any] = {}

    def relay_state(self) -> RelayState:
        columns = ["last_seq", "since_us", "page_secret", "revision"]
        (row,) = self._transaction.select(RELAY, True, columns, with_row_id=True)
        self._relay_row = row.pop(ROW_ID)
        return RelayState(**row)

    def save_relay_state(self, state: RelayState) -> None:
        """The state was read in this transaction."""
        event_id = str(uuid4())
        row = asdict(replace(state, revision=state.revision + 1)) | {"event_id": event_id}
        self._transaction.update(RELAY, [{ROW_ID: self._relay_row, **row}])
        # Each run writes an id of its own; the next one can only begin when this has committed.
        self._transaction.witness = Witness(RELAY, ibis._.event_id == event_id)

    def add(self, deliveries: Sequence[Delivery]) -> None:
        self._transaction.insert(DELIVERIES, [asdict(delivery) for delivery in deliveries])

    def waiting(self, webhook_id: str, from_seq: int, last_seq: int) -> list[Delivery]:
        """The next deliveries from `from_seq` to `last_seq`, in order: some of them, if there are any.

        One round trip, and a few more to get over what was meant for others.
        """
        width = _FIRST_WINDOW
        while from_seq <= last_seq:
            predicate = (
                (ibis._.webhook_id == webhook_id)
                & (ibis._.seq >= from_seq)
                & (ibis._.seq < from_seq + width)
            )
            rows = self._transaction.select(
                DELIVERIES, predicate, DELIVERIES.columns.names, with_row_id=True
            )
            if rows:
                self._row_ids.update((row["seq"], row.pop(ROW_ID)) for row in rows)
                return sorted((Delivery(**row) for row in rows), key=lambda each: each.seq)
            from_seq += width
            width = min(width * 4, _WIDEST_WINDOW)
        return []

    def remove(self, deliveries: Sequence[Delivery]) -> None:
        """Deliveries that `waiting` gave in this transaction, all of one webhook."""
        ids = [self._row_ids.pop(delivery.seq) for delivery in deliveries]
        self._transaction.delete(DELIVERIES, ids)

    def state(self, webhook_id: str) -> DeliveryState:
        """A fresh one where there is none: what is made with a webhook goes with it."""
        columns = [name for name in DELIVERY_STATES.columns.names if name != "event_id"]
        rows = self._transaction.select(
            DELIVERY_STATES, ibis._.webhook_id == webhook_id, columns, with_row_id=True
        )
        if not rows:
            return DeliveryState(webhook_id)
        (row,) = rows
        self._state_rows[webhook_id] = row.pop(ROW_ID)
        return DeliveryState(**row)

    def save_state(self, state: DeliveryState) -> None:
        """The state was read in this transaction."""
        event_id = str(uuid4())
        row = asdict(replace(state, revision=state.revision + 1)) | {"event_id": event_id}
        if (row_id := self._state_rows.get(state.webhook_id)) is None:
            self._transaction.insert(DELIVERY_STATES, [row])
        else:
            del row["webhook_id"]  # a sorted column cannot be updated
            self._transaction.update(DELIVERY_STATES, [{ROW_ID: row_id, **row}])
        written: Any = (ibis._.webhook_id == state.webhook_id) & (ibis._.event_id == event_id)
        self._transaction.witness = Witness(DELIVERY_STATES, written)

    def forget_state(self, webhook_id: str) -> None:
        """The state was read in this transaction."""
        if (row_id := self._state_rows.pop(webhook_id, None)) is not None:
            self._transaction.delete(DELIVERY_STATES, [row_id])
            gone = ibis._.webhook_id == webhook_id
            self._transaction.witness = Witness(DELIVERY_STATES, gone, there=False)

    def resting(self, now_us: int) -> set[str]:
        """Webhooks that are not to be touched before a later time."""
        rows = self._transaction.select(DELIVERY_STATES, ibis._.next_us > now_us, ["webhook_id"])
        return {row["webhook_id"] for row in rows}
