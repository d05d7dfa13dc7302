"""Find out how a VAST cluster treats two transactions that change one row.

VAST does not publish it. Our transactions are right under any of the answers (ADR 3); this tells an owner of
a cluster which one theirs gives, in a schema of its own that is dropped afterwards.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pyarrow as pa
import vastdb
from vastdb import errors
from vastdb.config import QueryConfig

COLUMNS = pa.schema([("id", pa.int64()), ("a", pa.int64()), ("b", pa.int64())])


@dataclass(frozen=True)
class Findings:
    """`at once`, `at commit`, or `never`: when the second of two transactions is refused."""

    same_column: str
    other_column: str
    update_and_delete: str

    @property
    def mode(self) -> str:
        """The name of vastlocal's switch that behaves alike."""
        if self.same_column == "at commit":
            return "commit"
        return "column" if self.other_column == "never" else "strict"

    @property
    def is_safe(self) -> bool:
        """Whether our transactions can rely on it: the same column of a row always collides."""
        return self.same_column != "never"


def probe(endpoint: str, access_key: str, secret_key: str, bucket: str) -> Findings:
    session = vastdb.connect(endpoint=endpoint, access=access_key, secret=secret_key, timeout=30)
    with _a_table(session, bucket) as table_of:
        update_a: Step = lambda table, row: table.update(_changed(row, "a"), ["a"])  # noqa: E731
        update_b: Step = lambda table, row: table.update(_changed(row, "b"), ["b"])  # noqa: E731
        delete: Step = lambda table, row: table.delete(row)  # noqa: E731
        return Findings(
            same_column=_when_refused(session, table_of, update_a, update_a),
            other_column=_when_refused(session, table_of, update_a, update_b),
            update_and_delete=_when_refused(session, table_of, update_a, delete),
        )


Step = Callable[[Any, pa.RecordBatch], None]
TableOf = Callable[[Any], Any]


@contextmanager
def _a_table(session: Any, bucket: str) -> Iterator[TableOf]:
    name = f"tams-probe-{uuid4()}"
    with session.transaction() as transaction:
        transaction.bucket(bucket).create_schema(name).create_table("rows", COLUMNS)

    def table_of(transaction: Any) -> Any:
        return transaction.bucket(bucket).schema(name).table("rows")

    try:
        yield table_of
    finally:
        with session.transaction() as transaction:
            table_of(transaction).drop()
            transaction.bucket(bucket).schema(name).drop()


def _when_refused(session: Any, table_of: TableOf, first: Step, second: Step) -> str:
    """Both begin, both change the same row, the first commits, then the second."""
    identity = uuid4().int % 2**40
    with session.transaction() as transaction:
        row = pa.RecordBatch.from_pylist([{"id": identity, "a": 0, "b": 0}], schema=COLUMNS)
        table_of(transaction).insert(row)
    one, other = session.transaction(), session.transaction()
    one.__enter__()
    other.__enter__()
    rows = [_row(table_of(each), identity) for each in (one, other)]
    first(table_of(one), rows[0])
    try:
        second(table_of(other), rows[1])
    except errors.Conflict as conflict:
        one.__exit__(None, None, None)
        other.__exit__(type(conflict), conflict, None)
        return "at once"
    one.__exit__(None, None, None)
    try:
        other.__exit__(None, None, None)
    except errors.Conflict:
        return "at commit"
    return "never"


def _row(table: Any, identity: int) -> pa.RecordBatch:
    reader = table.select_splits(
        ["id", "a", "b"], table["id"] == identity, QueryConfig(num_splits=1), internal_row_id=True
    )[0]
    (batch,) = [batch for batch in reader if batch.num_rows]
    return batch


def _changed(row: pa.RecordBatch, column: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [row["$row_id"], pa.array([1], type=pa.int64())], names=["$row_id", column]
    )
