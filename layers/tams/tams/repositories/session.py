"""One pooled vastdb session a process, opened on first use."""

import logging
import threading
from dataclasses import dataclass
from typing import Any

import vastdb
from vastdb.config import BackoffConfig
from vastdb.table import TableInTransaction
from vastdb.table_metadata import TableMetadata, TableRef, TableType

from tams.repositories.table import Table

# The SDK warns on every select and logs each refused request; we raise what matters.
logging.getLogger("vastdb").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class VastConnection:
    """Where VAST is and what of it is ours.

    `sorted_tables` says whether `provision` may use sorted tables (VAST 5.3.5 or later): their row ids
    have another type, so provisioning and every reader must agree.
    """

    endpoint: str
    access_key: str
    secret_key: str
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
        self._lock = threading.Lock()
        self._session: Any = None
        self._metadata: dict[str, TableMetadata] = {}

    @property
    def api(self) -> Any:
        """The SDK's request layer. Connecting is one round trip, once a process."""
        if self._session is None:
            with self._lock:
                if self._session is None:
                    self._session = self._connect()
        return self._session.api

    @property
    def sdk(self) -> Any:
        """The SDK session itself, for provisioning."""
        return self.api and self._session

    def table(self, table: Table, transaction: Any) -> TableInTransaction:
        """`table` inside the SDK's `transaction`, without the copy of the metadata the SDK would make."""
        if (metadata := self._metadata.get(table.name)) is None:
            metadata = self._metadata.setdefault(table.name, self._connection.metadata(table))
        return TableInTransaction(metadata, transaction)

    def _connect(self) -> Any:
        timeout_seconds = self._connection.timeout_seconds
        session = vastdb.connect(
            endpoint=self._connection.endpoint,
            access=self._connection.access_key,
            secret=self._connection.secret_key,
            timeout=(min(3.0, timeout_seconds), timeout_seconds),
            backoff_config=BackoffConfig(max_tries=3, max_time=timeout_seconds, max_value=0.5),
        )
        api = session.api
        api.with_endpoint = lambda _endpoint: api
        return session
