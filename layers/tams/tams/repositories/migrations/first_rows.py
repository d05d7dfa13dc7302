"""The rows that must exist before the first request: the guards, the service's and the relay's own."""

import base64
import os
from dataclasses import dataclass

from tams.repositories.event_tables import EVENTS, FORGOTTEN_US, MILESTONES, RELAY
from tams.repositories.migrations.migration import Turn
from tams.repositories.service_tables import GUARD_SLOTS, GUARDS, SERVICE
from tams.repositories.transaction import ROW_ID, Row, VastTransaction
from tams.vast.where import col


@dataclass(frozen=True)
class FirstRows:
    """Adds the missing ones; an earlier release had fewer guards, and no milestones."""

    def run(self, turn: Turn) -> list[str]:
        return turn.write(_insert)


def renew_page_secret(transaction: VastTransaction) -> list[str]:
    (relay,) = transaction.select(RELAY, None, ["revision"], with_row_id=True)
    transaction.update(RELAY, [{ROW_ID: relay[ROW_ID], **_new_secret()}])
    return ["secret of page keys"]


def _insert(transaction: VastTransaction) -> list[str]:
    done = []
    if (count := transaction.count(GUARDS, None)) < GUARD_SLOTS:
        guards = [{"slot": slot, "revision": 0} for slot in range(count, GUARD_SLOTS)]
        transaction.insert(GUARDS, guards)
        done.append(f"{len(guards)} guards")
    if transaction.count(SERVICE, None) == 0:
        transaction.insert(SERVICE, [{"revision": 0}])
        done.append("service row")
    columns = ["last_seq", "newest_us", "page_secret"]
    rows = transaction.select(RELAY, None, columns, with_row_id=True)
    if not rows:
        first = {"last_seq": 0, "newest_us": 0, "revision": 0}
        transaction.insert(RELAY, [{**first, **_new_secret()}])
        return [*done, "relay row"]
    if rows[0]["page_secret"] is None:
        transaction.update(RELAY, [{ROW_ID: rows[0][ROW_ID], **_new_secret()}])
        done.append("secret of page keys")
    if rows[0]["newest_us"] is None:
        _note_newest(transaction, rows[0])
        done.append("milestones of the log of events")
    return done


def _new_secret() -> Row:
    return {"page_secret": base64.urlsafe_b64encode(os.urandom(32)).decode()}


def _note_newest(transaction: VastTransaction, relay: Row) -> None:
    """Release 0.1.0 did not note the latest stamp among the events that have a place."""
    placed = transaction.select(EVENTS, col["seq"] > 0, ["seq", "created_us"])
    newest_us = max((row["created_us"] for row in placed), default=0)
    first_seq = min((row["seq"] for row in placed), default=relay["last_seq"] + 1)
    milestones = [{"seq": first_seq - 1, "newest_us": FORGOTTEN_US}]
    milestones.append({"seq": relay["last_seq"], "newest_us": newest_us})
    transaction.insert(MILESTONES, milestones)
    transaction.update(RELAY, [{ROW_ID: relay[ROW_ID], "newest_us": newest_us}])
