"""Finds out how a VAST cluster treats two transactions that change one row.

VAST does not publish it. Our transactions are right under each rule but one (ADR 3). The probe works in a
schema of its own, which it drops afterwards.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pyarrow as pa
from vastdb import errors
from vastdb.config import QueryConfig

from tams.errors import BackendUnavailableError
from tams.repositories.sdk import sdk_session, translated
from tams.repositories.session import VastConnection
from tams.vast.errors import VastConflictError, VastConnectionError

_COLUMNS = pa.schema([("id", pa.int64()), ("a", pa.int64()), ("b", pa.int64())])

_Step = Callable[[Any, pa.RecordBatch], None]
_TableOf = Callable[[Any], Any]


@dataclass(frozen=True)
class Findings:
    """`at once`, `at commit`, or `never`: when the second of two transactions is refused."""

    same_column: str
    other_column: str
    update_and_delete: str

    @property
    def mode(self) -> str:
        """The name of the local VAST's switch that behaves alike."""
        if self.same_column == "at commit":
            return "commit"
        return "column" if self.other_column == "never" else "strict"

    @property
    def is_safe(self) -> bool:
        """Whether our transactions can rely on it: the same column of a row always collides."""
        return self.same_column != "never"


def probe_conflicts(connection: VastConnection) -> Findings:
    """Some forty round trips. Raises BackendUnavailableError, also when the keys may not make a schema."""
    try:
        with translated():
            session = sdk_session(connection)
            with _a_table(session, connection.bucket) as table_of:
                return Findings(
                    same_column=_when_refused(session, table_of, _update("a"), _update("a")),
                    other_column=_when_refused(session, table_of, _update("a"), _update("b")),
                    update_and_delete=_when_refused(session, table_of, _update("a"), _delete),
                )
    except (VastConflictError, VastConnectionError) as error:
        raise BackendUnavailableError(f"VAST did not answer: {error}") from error
    except (errors.BadRequest, errors.NotSupported) as error:
        raise BackendUnavailableError(f"VAST rejected the probe: {error}") from error


def _update(column: str) -> _Step:
    return lambda table, row: table.update(_changed(row, column), [column])


def _delete(table: Any, row: pa.RecordBatch) -> None:
    table.delete(row)


@contextmanager
def _a_table(session: Any, bucket: str) -> Iterator[_TableOf]:
    name = f"tams-probe-{uuid4()}"
    with session.transaction() as transaction:
        transaction.bucket(bucket).create_schema(name).create_table("rows", _COLUMNS)

    def table_of(transaction: Any) -> Any:
        return transaction.bucket(bucket).schema(name).table("rows")

    try:
        yield table_of
    finally:
        with session.transaction() as transaction:
            table_of(transaction).drop()
            transaction.bucket(bucket).schema(name).drop()


def _when_refused(session: Any, table_of: _TableOf, first: _Step, second: _Step) -> str:
    """Both begin, both change the same row, the first commits, then the second."""
    identity = uuid4().int % 2**40
    with session.transaction() as transaction:
        row = pa.RecordBatch.from_pylist([{"id": identity, "a": 0, "b": 0}], schema=_COLUMNS)
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
