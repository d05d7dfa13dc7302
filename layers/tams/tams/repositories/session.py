"""One pooled vastdb session a process, opened on first use."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import vastdb
from vastdb.config import BackoffConfig
from vastdb.table import TableInTransaction
from vastdb.table_metadata import TableMetadata, TableRef, TableType

from tams.access_keys import Keys, MadeWith
from tams.repositories.table import Table

# The SDK warns on every select and logs each refused request; we raise what matters.
logging.getLogger("vastdb").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class VastConnection:
    """Where VAST is and what of it is ours.

    `find_keys` is asked before each transaction, and a new session is opened when they are others.
    `sorted_tables` says whether `provision` may use sorted tables (VAST 5.3.5 or later): their row ids
    have another type, so provisioning and every reader must agree.
    """

    endpoint: str
    find_keys: Callable[[], Keys]
    bucket: str
    schema: str
    timeout_seconds: float = 10.0
    sorted_tables: bool = True

    def metadata(self, table: Table) -> TableMetadata:
        """The SDK's view of a table, built from our own schema: no round trip to learn it."""
        sorted_ = self.sorted_tables and bool(table.sorting_key)
        return TableMetadata(
            TableRef(self.bucket, self.schema, table.name),
            arrow_schema=table.columns,
            table_type=TableType.Elysium if sorted_ else TableType.Regular,
        )


class PooledSession:
    """A vastdb session whose selects reuse its connections.

    The SDK opens a new HTTP session for every select; over TLS that is ten times the cost of the select.
    Handing it back its own pooled api cures that.
    """

    def __init__(self, connection: VastConnection) -> None:
        self._connection = connection
        self._session: MadeWith[Keys, Any] = MadeWith(connection.find_keys, self._connect)
        self._metadata: dict[str, TableMetadata] = {}

    @property
    def sdk(self) -> Any:
        """The SDK's session. Connecting is one round trip, once a process and for each new key."""
        return self._session.get()

    @property
    def api(self) -> Any:
        """Its request layer."""
        return self.sdk.api

    def table(self, table: Table, transaction: Any) -> TableInTransaction:
        """`table` inside the SDK's `transaction`, without the copy of the metadata the SDK would make."""
        if (metadata := self._metadata.get(table.name)) is None:
            metadata = self._metadata.setdefault(table.name, self._connection.metadata(table))
        return TableInTransaction(metadata, transaction)

    def _connect(self, keys: Keys) -> Any:
        timeout_seconds = self._connection.timeout_seconds
        session = vastdb.connect(
            endpoint=self._connection.endpoint,
            access=keys[0],
            secret=keys[1],
            timeout=(min(3.0, timeout_seconds), timeout_seconds),
            backoff_config=BackoffConfig(max_tries=3, max_time=timeout_seconds, max_value=0.5),
        )
        api = session.api
        api.with_endpoint = lambda _endpoint: api
        return session
