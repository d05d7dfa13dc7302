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
_WAITING_MAX = 1_024
"""Deliveries of one window; if there are more, the window is narrowed."""
_MILESTONES_WINDOW_US = 60_000_000
_GAP_MAX = 1_000
"""Places further apart than this are looked for separately."""


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
        """A place up to which every event is stamped before `since_us`, or is forgotten.

        Milestones are in the order of places. So the last ones before then are enough, and one round trip if
        there are any of the same minute.
        """
        width_us = _MILESTONES_WINDOW_US
        while True:
            is_whole = width_us > since_us
            predicate = col["newest_us"] < since_us
            if not is_whole:
                predicate &= col["newest_us"] >= since_us - width_us
            rows = self._transaction.select(MILESTONES, predicate, ["seq"])
            if rows or is_whole:
                return max((row["seq"] for row in rows), default=0)
            width_us *= 16

    def forget_milestones(self, before_us: int, limit: int) -> bool:
        """Replace milestones of forgotten events (those before that time) with a single one, so many at once.

        Returns whether there may be more.
        """
        rows = self._transaction.select(
            MILESTONES,
            col["newest_us"] < before_us,
            ["seq", "newest_us"],
            with_row_id=True,
            rows_max=limit,
        )
        if len(rows) > 1 or any(row["newest_us"] >= 0 for row in rows):
            self._transaction.delete(MILESTONES, [row[ROW_ID] for row in rows])
            self.add_milestone(max(row["seq"] for row in rows), FORGOTTEN_US)
        return len(rows) >= limit

    def add(self, deliveries: Sequence[Delivery]) -> None:
        names = DELIVERIES.names
        rows = [{name: getattr(each, name) for name in names} for each in deliveries]
        self._transaction.insert(DELIVERIES, rows)

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
                DELIVERIES, predicate, DELIVERIES.names, with_row_id=True, rows_max=_WAITING_MAX
            )
            if len(rows) >= _WAITING_MAX and width > _WAITING_MAX // 2:
                width = max(
                    width // 16, _FIRST_WINDOW
                )  # VAST need not have returned the first ones
                continue
            if rows:
                self._row_ids.update((row["seq"], row.pop(ROW_ID)) for row in rows)
                return sorted((Delivery(**row) for row in rows), key=lambda each: each.seq)
            from_seq += width
            width = min(width * 4, _WIDEST_WINDOW)
        return []

    def waited_for(self, webhook_ids: Collection[str], places: Collection[int]) -> set[int]:
        """Those of these places whose event any of these webhooks still waits for.

        One round trip, and another for each webhook that is behind. It reads at most a row for each place,
        unless there are gaps between them.
        """
        if not webhook_ids or not places:
            return set()
        wanted, waited = set(places), set[int]()
        for webhook_id in self._behind(webhook_ids, max(wanted)):
            for first, last in _runs(sorted(wanted)):
                predicate = (
                    (col["webhook_id"] == webhook_id) & (col["seq"] >= first) & (col["seq"] <= last)
                )
                rows = self._transaction.select(DELIVERIES, predicate, ["seq"])
                waited |= wanted.intersection(row["seq"] for row in rows)
        return waited

    def _behind(self, webhook_ids: Collection[str], last_seq: int) -> list[str]:
        """Those of these webhooks whose next delivery may be at this place or before."""
        predicate = col["cursor_seq"] > last_seq
        rows = self._transaction.select(DELIVERY_STATES, predicate, ["webhook_id"])
        return sorted(set(webhook_ids).difference(row["webhook_id"] for row in rows))

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


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last of places that lie together."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place - runs[-1][1] <= _GAP_MAX:
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return runs
