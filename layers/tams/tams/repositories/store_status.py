"""What only the rows of a store know about its state, on one snapshot: for operators."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tams.repositories.backlog import Ages, Backlog, read_ages, read_backlog
from tams.repositories.database import Database
from tams.repositories.session import VastConnection
from tams.repositories.storage_ids import NamedBackends, named_backends
from tams.repositories.transaction import VastTransaction


@dataclass(frozen=True, slots=True)
class StoreStatus:
    backlog: Backlog
    ages: Mapping[str, Ages]
    """By table."""
    backends: NamedBackends | None
    """None if it is not known which storage backends are configured."""


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
        )

    return Database(connection).read(look)
