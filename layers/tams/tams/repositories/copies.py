"""Copies on VAST. The table stays small: a row is removed when its copy is done."""

from dataclasses import asdict

from tams.models.copy import Copy
from tams.repositories.changing import ChangingRows
from tams.repositories.object_tables import COPIES
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, col

_COLUMNS = [name for name in COPIES.names if name != "event_id"]


class CopyRepository:
    """Two workers on one copy collide in its row."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._rows = ChangingRows(transaction, COPIES)

    def find(self, copy_id: str) -> Copy | None:
        return next(iter(self._select(col["id"] == copy_id)), None)

    def of_object(self, object_id: str) -> list[Copy]:
        """One round trip, and another if there are any."""
        rows = self._transaction.select(COPIES, col["object_id"] == object_id, ["id"])
        return self._select(col["id"].isin([row["id"] for row in rows])) if rows else []

    def due(self, now_us: int, believed_us: int, limit: int) -> list[str]:
        """Ids of copies that are due, up to about `limit`.

        One set past `believed_us` is due too: its clock was wrong.
        """
        predicate = (col["next_us"] <= now_us) | (col["next_us"] > believed_us)
        rows = self._transaction.select(COPIES, predicate, ["id"], rows_max=limit)
        return [row["id"] for row in rows]

    def add(self, copy: Copy) -> None:
        self._rows.insert([asdict(copy)])

    def save(self, copy: Copy) -> None:
        """The copy was read in this transaction."""
        self._rows.save(asdict(copy))

    def remove(self, copy: Copy) -> None:
        """The copy was read in this transaction."""
        self._rows.remove(copy.id)

    def _select(self, predicate: Predicate | None) -> list[Copy]:
        rows = self._transaction.select(COPIES, predicate, _COLUMNS, with_row_id=True)
        return [Copy(**row) for row in self._rows.track(rows)]
