"""What waits in the tables, and how old their rows are: for operators, across all classes."""

from collections.abc import Mapping
from dataclasses import dataclass

from tams.models.deletion_request import DeletionStatus
from tams.models.stored_objects import ObjectState
from tams.models.webhook import WebhookStatus
from tams.repositories.all_tables import ALL
from tams.repositories.event_tables import DELIVERIES, EVENTS, WEBHOOKS
from tams.repositories.object_tables import COPIES, OBJECTS
from tams.repositories.service_tables import DELETION_REQUESTS, SERVICE
from tams.repositories.table import Table
from tams.repositories.transaction import VastTransaction
from tams.vast.where import Predicate, col

_AGES_ROWS_MAX = 50_000
"""Of a larger table the oldest and newest row are not looked for: VAST can find neither without a scan."""

_WAITING: Mapping[str, tuple[Table, Predicate | None]] = {
    "events_to_relay": (EVENTS, col["seq"] == 0),
    "deliveries": (DELIVERIES, None),
    "copies": (COPIES, None),
    "objects_to_remove": (OBJECTS, col["state"] == str(ObjectState.DOOMED)),
    "deletion_requests": (
        DELETION_REQUESTS,
        col["status"].isin([str(DeletionStatus.CREATED), str(DeletionStatus.STARTED)]),
    ),
    "deletion_requests_in_error": (
        DELETION_REQUESTS,
        col["status"] == str(DeletionStatus.ERROR),
    ),
    "webhooks_in_error": (WEBHOOKS, col["status"] == str(WebhookStatus.ERROR)),
}


@dataclass(frozen=True, slots=True)
class Ages:
    """Microseconds since 1970. None without rows."""

    oldest_us: int | None
    newest_us: int | None


@dataclass(frozen=True, slots=True)
class Backlog:
    waiting: Mapping[str, int]
    swept_us: int | None
    """When the sweeper last ran; None if it never did."""


def read_backlog(transaction: VastTransaction) -> Backlog:
    """One round trip for each number. Raises BackendUnavailableError."""
    waiting = {name: transaction.count(*where) for name, where in _WAITING.items()}
    rows = transaction.select(SERVICE, None, ["swept_us"])
    return Backlog(waiting, max((row["swept_us"] or 0 for row in rows), default=0) or None)


def read_ages(transaction: VastTransaction, rows: Mapping[str, int | None]) -> dict[str, Ages]:
    """By table, of those that note when a row was made and are not too large.

    One round trip for each, of one column. Raises BackendUnavailableError.
    """
    return {
        table.name: _ages(transaction, table)
        for table in ALL
        if "created_us" in table.names and (rows.get(table.name) or 0) <= _AGES_ROWS_MAX
    }


def _ages(transaction: VastTransaction, table: Table) -> Ages:
    oldest_us: int | None = None
    newest_us: int | None = None
    for page in transaction.scan(table, None, ["created_us"], rows_at_once=_AGES_ROWS_MAX):
        for row in page:
            if (made_us := row["created_us"]) is not None:
                oldest_us = made_us if oldest_us is None else min(oldest_us, made_us)
                newest_us = made_us if newest_us is None else max(newest_us, made_us)
    return Ages(oldest_us, newest_us)
