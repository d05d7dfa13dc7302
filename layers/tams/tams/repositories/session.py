"""Pooled connections to VAST, opened on first use: where transactions begin, and how the tables are named."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tams.access_keys import Keys, RebuiltOnChange
from tams.deadline import within
from tams.repositories.table import Table
from tams.vast.api import VastApi, table_path
from tams.vast.column_types import ROW_ID_NAME, Columns, ColumnType
from tams.vast.endpoints import Endpoints
from tams.vast.errors import VastConnectionError, VastSilentError, VastUnavailableError
from tams.vast.health import PROBE_SECONDS
from tams.vast.http_connection import TOO_LONG
from tams.vast.http_pool import HttpPool
from tams.vast.signature import Signer


@dataclass(frozen=True)
class VastConnection:
    """Where VAST is, and which part of it is ours.

    `endpoints` are URLs of one cluster. `find_keys` is called before each transaction, and the keys it
    returns sign the requests. `find_ca_file` is called at first use: certificates are checked against the
    authorities in that file instead of the public ones. `sorted_tables` says whether `provision` may use
    sorted tables (VAST 5.3.5 or later): their row ids have another type, so provisioning and all readers
    must agree.
    """

    endpoints: tuple[str, ...]
    find_keys: Callable[[], Keys]
    bucket: str
    schema: str
    timeout_seconds: float = 9.0
    sorted_tables: bool = True
    find_ca_file: Callable[[], str | None] = lambda: None


_ROUNDS = 3
_ROUND_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class TableOnVast:
    """A table as requests name it."""

    path: str
    columns: Columns
    row_id: ColumnType

    @property
    def columns_with_row_id(self) -> Columns:
        return ((ROW_ID_NAME, self.row_id), *self.columns)


class VastSession:
    def __init__(self, connection: VastConnection) -> None:
        """Raises ValueError when an endpoint is not an http or https address."""
        self._connection = connection
        self._endpoints = Endpoints(
            connection.endpoints, connection.timeout_seconds, connection.find_ca_file
        )
        self._apis: RebuiltOnChange[Keys, tuple[Keys, dict[HttpPool, VastApi]]] = RebuiltOnChange(
            connection.find_keys, lambda keys: (keys, {})
        )
        self._tables: dict[str, TableOnVast] = {}

    @property
    def has_other_addresses(self) -> bool:
        return self._endpoints.are_several

    def begin(self) -> tuple[VastApi, int]:
        """A transaction's id, and the API at the address where it lives.

        A begin leaves nothing behind, so a stale connection costs one more try, and a dead address a try
        elsewhere. Raises VastConnectionError when nobody answers, and VastUnavailableError.
        """
        failure: VastConnectionError | VastUnavailableError | None = None
        for _ in range(_ROUNDS):
            pools = self._endpoints.to_try()
            for pool in pools:
                if not pool.health.may_try():
                    failure = failure or VastSilentError(TOO_LONG)
                    continue
                try:
                    return self._begun_at(pool, is_only=len(pools) == 1)
                except (VastConnectionError, VastUnavailableError) as error:
                    failure = error
            if isinstance(failure, VastSilentError | VastUnavailableError):
                break
            time.sleep(_ROUND_PAUSE_SECONDS)
        assert failure is not None, "there is an address"
        raise failure

    def at_each_address(self) -> dict[str, VastApi]:
        """The API at each address of the cluster, by the address's name."""
        return {
            f"{pool.endpoint.host} ({pool.ip})": self._api(pool)
            for pool in self._endpoints.to_try()
        }

    def table(self, table: Table) -> TableOnVast:
        if (found := self._tables.get(table.name)) is None:
            found = self._tables.setdefault(table.name, self._table(table))
        return found

    def _table(self, table: Table) -> TableOnVast:
        connection = self._connection
        is_sorted = connection.sorted_tables and bool(table.sorting_key)
        return TableOnVast(
            table_path(connection.bucket, connection.schema, table.name),
            table.columns,
            ColumnType.SORTED_ROW_ID if is_sorted else ColumnType.ROW_ID,
        )

    def _begun_at(self, pool: HttpPool, *, is_only: bool) -> tuple[VastApi, int]:
        api = self._api(pool)
        if is_only and pool.health.failure is None:
            return api, api.begin()
        with within(PROBE_SECONDS):
            begun = api.begin()
        pool.health.answered()
        return api, begun

    def _api(self, pool: HttpPool) -> VastApi:
        keys, apis = self._apis.get()
        if (api := apis.get(pool)) is None:
            api = apis.setdefault(pool, VastApi(pool, Signer(*keys, pool.endpoint.host)))
        return api
