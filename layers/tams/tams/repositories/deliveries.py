"""Deliveries on VAST: what waits for each webhook, how far each has got, and the place of the relay."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from tams.models.delivery import Delivery, DeliveryState, RelayState
from tams.repositories.changing import ChangingRows
from tams.repositories.event_tables import (
    DELIVERIES,
    DELIVERY_STATES,
    FORGOTTEN_US,
    MILESTONES,
    RELAY,
)
from tams.repositories.transaction import ROW_ID
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import col

_STATE = [name for name in DELIVERY_STATES.names if name != "event_id"]
_FIRST_WINDOW = 256
_WIDEST_WINDOW = 65_536


class DeliveryRepository:
    """Two workers on one state collide in its row."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._relay = ChangingRows(transaction, RELAY, key=None)
        self._states = ChangingRows(transaction, DELIVERY_STATES, "webhook_id")
        self._row_ids: dict[int, Any] = {}

    def relay_state(self) -> RelayState:
        columns = ["last_seq", "newest_us", "page_secret", "revision"]
        rows = self._transaction.select(RELAY, None, columns, with_row_id=True)
        (row,) = self._relay.track(rows)
        return RelayState(**row)

    def save_relay_state(self, state: RelayState) -> None:
        """The state was read in this transaction."""
        self._relay.save(asdict(state))

    def add_milestone(self, seq: int, newest_us: int) -> None:
        self._transaction.insert(MILESTONES, [{"seq": seq, "newest_us": newest_us}])

    def milestone_before(self, since_us: int) -> int:
        """A place up to which every event is stamped before `since_us`, or is forgotten."""
        rows = self._transaction.select(MILESTONES, col["newest_us"] < since_us, ["seq"])
        return max((row["seq"] for row in rows), default=0)

    def forget_milestones(self, before_us: int) -> None:
        """Replace the milestones of forgotten events (those before that time) with a single one."""
        rows = self._transaction.select(
            MILESTONES, col["newest_us"] < before_us, ["seq", "newest_us"], with_row_id=True
        )
        if len(rows) > 1 or any(row["newest_us"] >= 0 for row in rows):
            self._transaction.delete(MILESTONES, [row[ROW_ID] for row in rows])
            self.add_milestone(max(row["seq"] for row in rows), FORGOTTEN_US)

    def add(self, deliveries: Sequence[Delivery]) -> None:
        self._transaction.insert(DELIVERIES, [asdict(delivery) for delivery in deliveries])

    def waiting(self, webhook_id: str, from_seq: int, last_seq: int) -> list[Delivery]:
        """The next deliveries from `from_seq` to `last_seq`, in order: at least one if there are any.

        Takes one round trip, and a few more to skip what was meant for others.
        """
        width = _FIRST_WINDOW
        while from_seq <= last_seq:
            predicate = (
                (col["webhook_id"] == webhook_id)
                & (col["seq"] >= from_seq)
                & (col["seq"] < from_seq + width)
            )
            rows = self._transaction.select(
                DELIVERIES, predicate, DELIVERIES.names, with_row_id=True
            )
            if rows:
                self._row_ids.update((row["seq"], row.pop(ROW_ID)) for row in rows)
                return sorted((Delivery(**row) for row in rows), key=lambda each: each.seq)
            from_seq += width
            width = min(width * 4, _WIDEST_WINDOW)
        return []

    def waited_for(self, webhook_ids: Collection[str], first_seq: int, last_seq: int) -> set[int]:
        """Places from first to last whose event any of these webhooks still waits for."""
        if not webhook_ids:
            return set()
        predicate = (
            col["webhook_id"].isin(list(webhook_ids))
            & (col["seq"] >= first_seq)
            & (col["seq"] <= last_seq)
        )
        rows = self._transaction.select(DELIVERIES, predicate, ["seq"])
        return {row["seq"] for row in rows}

    def remove(self, deliveries: Sequence[Delivery]) -> None:
        """Deliveries returned by `waiting` in this transaction, all of one webhook."""
        ids = [self._row_ids.pop(delivery.seq) for delivery in deliveries]
        self._transaction.delete(DELIVERIES, ids)

    def state(self, webhook_id: str) -> DeliveryState:
        """The webhook's state, or a fresh one: a state is deleted with its webhook."""
        rows = self._transaction.select(
            DELIVERY_STATES, col["webhook_id"] == webhook_id, _STATE, with_row_id=True
        )
        found = (DeliveryState(**row) for row in self._states.track(rows))
        return next(found, DeliveryState(webhook_id))

    def save_state(self, state: DeliveryState) -> None:
        """The state was read in this transaction."""
        if self._states.has(state.webhook_id):
            self._states.save(asdict(state))
        else:
            self._states.insert([asdict(state)])

    def forget_state(self, webhook_id: str) -> None:
        """The state was read in this transaction."""
        if self._states.has(webhook_id):
            self._states.remove(webhook_id)

    def resting(self, now_us: int) -> list[DeliveryState]:
        """States of webhooks that have a sender, or that it is too early to retry."""
        rows = self._transaction.select(DELIVERY_STATES, col["next_us"] > now_us, _STATE)
        return [DeliveryState(**row) for row in rows]
