"""Copies on VAST. A small table: a row goes when its copy is done."""

from dataclasses import asdict, replace
from typing import Any
from uuid import uuid4

from tams.models.copy import Copy
from tams.repositories.database import ROW_ID, Row, Witness
from tams.repositories.tables import COPIES
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, col

_COLUMNS = [name for name in COPIES.names if name != "event_id"]


class CopyRepository:
    """Every save writes the next `revision`, so that two workers on one copy collide."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._row_ids: dict[str, Any] = {}

    def find(self, copy_id: str) -> Copy | None:
        return next(iter(self._select(col["id"] == copy_id)), None)

    def of_object(self, object_id: str) -> list[Copy]:
        return self._select(col["object_id"] == object_id)

    def due(self, now_us: int, believed_us: int) -> list[str]:
        """Ids of the copies that are due. A due time after `believed_us` is from a wrong clock: it is due."""
        predicate = (col["next_us"] <= now_us) | (col["next_us"] > believed_us)
        rows = self._transaction.select(COPIES, predicate, ["id"])
        return [row["id"] for row in rows]

    def add(self, copy: Copy) -> None:
        self._transaction.insert(COPIES, [self._row(copy)])

    def save(self, copy: Copy) -> None:
        """The copy was read in this transaction."""
        row = self._row(replace(copy, revision=copy.revision + 1))
        del row["id"]  # a sorted column cannot be updated
        self._transaction.update(COPIES, [{ROW_ID: self._row_ids[copy.id], **row}])

    def remove(self, copy: Copy) -> None:
        """The copy was read in this transaction."""
        self._transaction.delete(COPIES, [self._row_ids.pop(copy.id)])
        self._transaction.witnessed_by(Witness(COPIES, col["id"] == copy.id, there=False))

    def _select(self, predicate: Predicate | None) -> list[Copy]:
        rows = self._transaction.select(COPIES, predicate, _COLUMNS, with_row_id=True)
        self._row_ids.update((row["id"], row.pop(ROW_ID)) for row in rows)
        return [Copy(**row) for row in rows]

    def _row(self, copy: Copy) -> Row:
        event_id = str(uuid4())
        written = (col["id"] == copy.id) & (col["event_id"] == event_id)
        self._transaction.witnessed_by(Witness(COPIES, written))
        return asdict(copy) | {"event_id": event_id}
