"""The selects of a few operations, by themselves: by the `vastdb` SDK, and by our own wire.

Each is begin, the selects, commit. Both know beforehand what the tables look like.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from vastdb.config import QueryConfig
from vastdb.table_metadata import TableMetadata, TableRef, TableType

from tams.repositories.database import Database
from tams.repositories.flow_rows import OUTLINE
from tams.repositories.media_time import bound_text
from tams.repositories.session import VastConnection
from tams.repositories.table import Table
from tams.repositories.tables import COLLECTIONS, FLOWS, SEGMENTS
from tams.repositories.transaction import VastTransaction
from tams.vast.where import col
from tests.benchmark.operations import GET_FLOW, PAGE, WINDOW
from tests.sdk import arrow_schema, sdk_session

SECOND = 10**9
_ONE_REQUEST = QueryConfig(num_splits=1, num_sub_splits=1)


@dataclass(frozen=True)
class Select:
    table: Table
    predicate: Callable[[Any], Any]
    """Of what gives a column by its name: the SDK's table, or our `col`."""
    columns: Sequence[str]
    rows: int
    """That there are."""


def selects_of(operation: str, flow_id: str) -> Sequence[Select] | None:
    """None for operations that are more than selects, or whose selects say little about their cost."""

    def segments(first: int, count: int) -> Select:
        start, end = (bound_text(2 * n * SECOND) for n in (first, first + count))
        return Select(
            SEGMENTS,
            lambda it: (
                (it["flow_id"] == flow_id) & (it["start_time"] >= start) & (it["start_time"] < end)
            ),
            SEGMENTS.names,
            count,
        )

    def of_flow(table: Table, key: str, columns: Sequence[str], rows: int) -> Select:
        return Select(table, lambda it: it[key] == flow_id, columns, rows)

    outline = of_flow(FLOWS, "id", OUTLINE, 1)
    return {
        GET_FLOW: [
            of_flow(FLOWS, "id", FLOWS.names, 1),
            of_flow(COLLECTIONS, "parent_id", COLLECTIONS.names, 0),
            of_flow(COLLECTIONS, "child_id", COLLECTIONS.names, 0),
        ],
        WINDOW: [outline, segments(50, 30)],
        PAGE: [outline, segments(0, 100)],
    }.get(operation)


class BySdk:
    def __init__(self, connection: VastConnection) -> None:
        logging.getLogger("vastdb").setLevel(logging.CRITICAL)
        self._session = sdk_session(connection)
        self._tables = {
            table.name: TableMetadata(
                TableRef(connection.bucket, connection.schema, table.name),
                arrow_schema(table.columns),
                TableType.Elysium if table.sorting_key else TableType.Regular,
            )
            for table in (FLOWS, COLLECTIONS, SEGMENTS)
        }

    def run(self, selects: Sequence[Select]) -> None:
        with self._session.transaction() as tx:
            for each in selects:
                there = tx.table_from_metadata(self._tables[each.table.name])
                found: pa.Table = there.select(
                    list(each.columns), predicate=each.predicate(there), config=_ONE_REQUEST
                ).read_all()
                assert found.num_rows == each.rows


class ByWire:
    def __init__(self, connection: VastConnection) -> None:
        self._database = Database(connection)

    def run(self, selects: Sequence[Select]) -> None:
        def work(transaction: VastTransaction) -> None:
            for each in selects:
                rows = transaction.select(each.table, each.predicate(col), each.columns)
                assert len(rows) == each.rows

        self._database.read(work)
