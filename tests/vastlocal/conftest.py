"""Separate servers for these tests, and the real SDK to talk to them."""

import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import vastdb
from vastdb.config import BackoffConfig

from vastlocal.control import Control
from vastlocal.process import LocalVast

BUCKET = "vastdb"
_HERE = Path(__file__).parent
_schema_numbers = itertools.count()

TableMaker = Callable[..., "TestTable"]


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """The SDK calls `log.warn` on every select, and leaves sessions to the garbage collector."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(
                pytest.mark.filterwarnings("ignore:The 'warn' method:DeprecationWarning")
            )
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))
            item.add_marker(
                pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
            )


@pytest.fixture(autouse=True)
def quiet_sdk() -> None:
    """It logs a traceback for every expected rollback."""
    logging.getLogger("vastdb").setLevel(logging.CRITICAL)


def connect(server: LocalVast, **changes: Any) -> Any:
    """An SDK session that gives up soon."""
    options = {
        "endpoint": server.endpoint,
        "access": server.access_key,
        "secret": server.secret_key,
        "timeout": 60,
        "backoff_config": BackoffConfig(max_tries=3, max_time=5.0),
    }
    return vastdb.connect(**(options | changes))


class TestTable:
    """A table in a schema of its own, reached through any transaction."""

    __test__ = False

    def __init__(self, session: Any, schema: str, arrow_schema: pa.Schema, **options: Any) -> None:
        self.session = session
        self.schema = schema
        self.arrow_schema = arrow_schema
        with session.transaction() as tx:
            tx.bucket(BUCKET).create_schema(schema).create_table("t", arrow_schema, **options)

    def within(self, tx: Any) -> Any:
        return tx.bucket(BUCKET).schema(self.schema).table("t")

    def insert(self, **columns: list[Any]) -> list[int]:
        """In a transaction of its own; the row ids."""
        with self.session.transaction() as tx:
            return self.insert_within(tx, **columns)

    def insert_within(self, tx: Any, **columns: list[Any]) -> list[int]:
        fields = pa.schema([self.arrow_schema.field(name) for name in columns])
        rows = pa.table(list(columns.values()), schema=fields)
        row_ids: list[int] = self.within(tx).insert(rows).to_pylist()
        return row_ids

    def update_within(self, tx: Any, row_ids: list[int], **columns: list[Any]) -> None:
        fields = [pa.field("$row_id", pa.uint64())]
        fields += [self.arrow_schema.field(name) for name in columns]
        self.within(tx).update(pa.table([row_ids, *columns.values()], schema=pa.schema(fields)))

    def delete_within(self, tx: Any, row_ids: list[int]) -> None:
        self.within(tx).delete(pa.table([pa.array(row_ids, pa.uint64())], names=["$row_id"]))

    def rows_within(self, tx: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.within(tx).select().read_all().to_pylist()
        return rows

    def rows(self) -> list[dict[str, Any]]:
        with self.session.transaction() as tx:
            return self.rows_within(tx)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalVast]:
    """One strict server for a whole module."""
    with LocalVast(tmp_path_factory.mktemp("vast")) as running:
        yield running


@pytest.fixture
def control(server: LocalVast) -> Control:
    """With counters at zero and no faults."""
    server.control.reset()
    return server.control


@pytest.fixture
def session(server: LocalVast) -> Iterator[Any]:
    opened = connect(server)
    yield opened
    opened.api._session.close()


@pytest.fixture
def make_table(session: Any) -> TableMaker:
    """Makes a table in a fresh schema: `make_table(arrow_schema, sorting_key=[…])`."""

    def make(arrow_schema: pa.Schema, **options: Any) -> TestTable:
        name = f"s{next(_schema_numbers)}"
        return TestTable(options.pop("session", session), name, arrow_schema, **options)

    return make
