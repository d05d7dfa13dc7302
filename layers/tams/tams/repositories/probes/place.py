"""A schema of the probe's own, with a table like ours, which is dropped afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from tams.errors import BackendUnavailableError
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.session import VastConnection
from tams.repositories.snapshot import SnapshotDatabase
from tams.repositories.table import INT, TEXT, Projection, Table, columns
from tams.repositories.transaction import ROW_ID, VastTransaction
from tams.vast.errors import VastConflictError, VastConnectionError, VastRequestError
from tams.vast.where import col

ROWS = Table(
    "rows",
    columns(
        id=TEXT,
        place=INT,
        a=INT,
        b=INT,
        label=TEXT,  # in the projection
        note=TEXT,  # the same values, in none
    ),
    sorting_key=("id", "place"),
    projections=(Projection("rows_by_label", ("label",), ("id",)),),
)


@dataclass(frozen=True)
class Place:
    connection: VastConnection
    database: SnapshotDatabase

    def new_row(self, **values: Any) -> str:
        """Commits a row. Returns its id."""
        identity = str(uuid4())
        row = {"id": identity, "place": 0, "a": 0, "b": 0, **values}
        self.database.write(lambda it: it.insert(ROWS, [row]))
        return identity


def row_id_of(transaction: VastTransaction, identity: str) -> int:
    (row,) = transaction.select(ROWS, col["id"] == identity, [], with_row_id=True)
    row_id: int = row[ROW_ID]
    return row_id


@contextmanager
def probing(connection: VastConnection) -> Iterator[Place]:
    """Raises BackendUnavailableError, also when the keys may not make a schema, and for VAST's refusals."""
    own = replace(connection, schema=f"tams-probe-{uuid4()}")
    place = Place(own, SnapshotDatabase(own))

    def make(transaction: VastTransaction) -> None:
        definitions = Definitions(transaction, own)
        definitions.create_schema()
        definitions.create(ROWS)

    try:
        place.database.write(make)
        try:
            yield place
        finally:
            place.database.write(lambda it: Definitions(it, own).drop_schema([ROWS]))
    except (VastConflictError, VastConnectionError, VastRequestError) as error:
        raise BackendUnavailableError(f"VAST did not answer the probe: {error}") from error
