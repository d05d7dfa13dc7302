"""The part of a store's state that only its rows show, from one snapshot: for operators."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tams.models.recycle_bin import RecycleBinSummary
from tams.repositories.backlog import Ages, Backlog, read_ages, read_backlog
from tams.repositories.database import Database
from tams.repositories.recycle_bin_rows import SUMMARY, summary_of
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.session import VastConnection
from tams.repositories.storage_ids import NamedBackends, named_backends
from tams.repositories.transaction import VastTransaction

_BIN_ROWS_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class StoreStatus:
    backlog: Backlog
    ages: Mapping[str, Ages]
    """By table."""
    backends: NamedBackends | None
    """None if it is not known which storage backends are configured."""
    recycle_bin: RecycleBinSummary | None
    """None if it has too many entries to sum up."""


def store_status(
    connection: VastConnection,
    rows: Mapping[str, int | None],
    storage_ids: Collection[str] | None,
) -> StoreStatus:
    """`rows` is about how many each table has. Raises BackendUnavailableError."""

    def look(transaction: VastTransaction) -> StoreStatus:
        return StoreStatus(
            read_backlog(transaction),
            read_ages(transaction, rows),
            None if storage_ids is None else named_backends(transaction, storage_ids),
            _bin(transaction) if (rows.get(RECYCLE_BIN.name) or 0) <= _BIN_ROWS_MAX else None,
        )

    return Database(connection).read(look)


def _bin(transaction: VastTransaction) -> RecycleBinSummary:
    """Also of entries that are due, and not yet purged."""
    pages = transaction.scan(RECYCLE_BIN, None, SUMMARY, rows_at_once=50_000)
    return summary_of([row for page in pages for row in page])
