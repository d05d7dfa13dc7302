"""Finds out how a VAST cluster treats two transactions that change one row.

VAST does not publish it. Our transactions are right under each rule but one (ADR 3). The probe works in a
schema of its own, which it drops afterwards.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

from tams.errors import BackendUnavailableError
from tams.repositories.errors import translated
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.session import VastConnection
from tams.repositories.snapshot import SnapshotDatabase
from tams.repositories.table import INT, Table, columns
from tams.repositories.transaction import ROW_ID, VastTransaction
from tams.vast.errors import VastConflictError, VastConnectionError, VastRequestError
from tams.vast.where import col

_ROWS = Table("rows", columns(id=INT, a=INT, b=INT))

_Step = Callable[[VastTransaction, int], None]
"""Changes the row with this row id."""


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
    own = replace(connection, schema=f"tams-probe-{uuid4()}", sorted_tables=False)
    database = SnapshotDatabase(own)
    try:
        with _a_table(database, own):
            return Findings(
                same_column=_when_refused(database, _update("a"), _update("a")),
                other_column=_when_refused(database, _update("a"), _update("b")),
                update_and_delete=_when_refused(database, _update("a"), _delete),
            )
    except (VastConflictError, VastConnectionError, VastRequestError) as error:
        raise BackendUnavailableError(f"VAST did not answer the probe: {error}") from error


def _update(column: str) -> _Step:
    return lambda transaction, row_id: transaction.update(_ROWS, [{ROW_ID: row_id, column: 1}])


def _delete(transaction: VastTransaction, row_id: int) -> None:
    transaction.delete(_ROWS, [row_id])


@contextmanager
def _a_table(database: SnapshotDatabase, own: VastConnection) -> Iterator[None]:
    def make(transaction: VastTransaction) -> None:
        definitions = Definitions(transaction, own)
        definitions.create_schema()
        definitions.create(_ROWS)

    database.write(make)
    try:
        yield
    finally:
        database.write(lambda it: Definitions(it, own).drop_schema([_ROWS]))


def _when_refused(database: SnapshotDatabase, first: _Step, second: _Step) -> str:
    """Both begin, both change the same row, the first commits, then the second."""
    identity = uuid4().int % 2**40
    database.write(lambda it: it.insert(_ROWS, [{"id": identity, "a": 0, "b": 0}]))
    with database.opened() as one, database.opened() as other:
        ids = [_row_id(each, identity) for each in (one, other)]
        first(one, ids[0])
        try:
            second(other, ids[1])
        except VastConflictError:
            return "at once"
        with translated():
            one.api.commit(one.txid)
            try:
                other.api.commit(other.txid)
            except VastConflictError:
                return "at commit"
        return "never"


def _row_id(transaction: VastTransaction, identity: int) -> int:
    (row,) = transaction.select(_ROWS, col["id"] == identity, [], with_row_id=True)
    row_id: int = row[ROW_ID]
    return row_id
