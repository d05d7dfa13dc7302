"""The same rows by the `vastdb` SDK: begin, the same selects, commit. It is given what it would look up."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from vastdb.config import QueryConfig
from vastdb.table_metadata import TableMetadata, TableRef, TableType

from tams.repositories.media_time import bound_text
from tams.repositories.rows import OUTLINE
from tams.repositories.sdk import arrow_schema, sdk_session
from tams.repositories.session import VastConnection
from tams.repositories.table import Table
from tams.repositories.tables import COLLECTIONS, FLOWS, SEGMENTS
from tests.benchmark.operations import GET_FLOW, PAGE, WINDOW

SECOND = 10**9
_ONE_REQUEST = QueryConfig(num_splits=1, num_sub_splits=1)

Select = tuple[Table, Callable[[Any], Any], Sequence[str], int]
"""A table, a predicate on it, the columns, and how many rows there are."""


class SdkFloor:
    def __init__(self, connection: VastConnection, flow_id: str) -> None:
        self._session = sdk_session(connection)
        self._flow_id = flow_id
        self._tables = {
            table.name: TableMetadata(
                TableRef(connection.bucket, connection.schema, table.name),
                arrow_schema(table.columns),
                TableType.Elysium if table.sorting_key else TableType.Regular,
            )
            for table in (FLOWS, COLLECTIONS, SEGMENTS)
        }

    def of(self, operation: str) -> Callable[[], None] | None:
        """What does for an operation, or None where the SDK has nothing like it."""
        if (selects := self._selects().get(operation)) is None:
            return None
        return lambda: self._run(selects)

    def _run(self, selects: Sequence[Select]) -> None:
        with self._session.transaction() as tx:
            for table, predicate, columns, rows in selects:
                there = tx.table_from_metadata(self._tables[table.name])
                found: pa.Table = there.select(
                    list(columns), predicate=predicate(there), config=_ONE_REQUEST
                ).read_all()
                assert found.num_rows == rows

    def _selects(self) -> dict[str, list[Select]]:
        flow_id = self._flow_id

        def segments(first: int, count: int) -> Select:
            start, end = bound_text(2 * first * SECOND), bound_text(2 * (first + count) * SECOND)
            return (
                SEGMENTS,
                lambda it: (
                    (it["flow_id"] == flow_id)
                    & (it["start_time"] >= start)
                    & (it["start_time"] < end)
                ),
                SEGMENTS.names,
                count,
            )

        flow: Select = (FLOWS, lambda it: it["id"] == flow_id, FLOWS.names, 1)
        outline: Select = (FLOWS, lambda it: it["id"] == flow_id, OUTLINE, 1)
        children: Select = (
            COLLECTIONS,
            lambda it: it["parent_id"] == flow_id,
            COLLECTIONS.names,
            0,
        )
        parents: Select = (COLLECTIONS, lambda it: it["child_id"] == flow_id, COLLECTIONS.names, 0)
        return {
            GET_FLOW: [flow, children, parents],
            WINDOW: [outline, segments(50, 30)],
            PAGE: [outline, segments(0, 100)],
        }
