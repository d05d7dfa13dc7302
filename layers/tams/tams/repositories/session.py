"""One pooled connection to VAST per process, opened on first use."""

from collections.abc import Callable
from dataclasses import dataclass

from tams.access_keys import Keys, RebuiltOnChange
from tams.repositories.table import Table
from tams.vast.api import VastApi, table_path
from tams.vast.column_types import ROW_ID_NAME, Columns, ColumnType
from tams.vast.http_connection import Endpoint
from tams.vast.http_pool import HttpPool
from tams.vast.signature import Signer


@dataclass(frozen=True)
class VastConnection:
    """Where VAST is, and which part of it is ours.

    `find_keys` is called before each transaction, and the keys it returns sign the requests. `sorted_tables`
    says whether `provision` may use sorted tables (VAST 5.3.5 or later): their row ids have another type, so
    provisioning and every reader must agree.
    """

    endpoint: str
    find_keys: Callable[[], Keys]
    bucket: str
    schema: str
    timeout_seconds: float = 10.0
    sorted_tables: bool = True


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
        self._connection = connection
        self._pool = HttpPool(Endpoint.of(connection.endpoint), connection.timeout_seconds)
        self._api: RebuiltOnChange[Keys, VastApi] = RebuiltOnChange(
            connection.find_keys, self._signing_with
        )
        self._tables: dict[str, TableOnVast] = {}

    @property
    def api(self) -> VastApi:
        return self._api.get()

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

    def _signing_with(self, keys: Keys) -> VastApi:
        return VastApi(self._pool, Signer(*keys, self._pool.endpoint.host))
