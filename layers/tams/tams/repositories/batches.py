"""Batches on VAST that clients may repeat. The table stays small: rows are removed after a day."""

import json

from tams.models.batch import StoredBatch
from tams.models.error import Error
from tams.repositories.changing import ChangingRows
from tams.repositories.rows import dumps
from tams.repositories.service_tables import BATCHES
from tams.repositories.transaction import ROW_ID, Row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import col

_COLUMNS = ("id", "digest", "outcomes", "created_us", "revision")


class BatchRepository:
    """Two requests that do the same batch collide in its row."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._rows = ChangingRows(transaction, BATCHES)

    def find(self, batch_id: str) -> StoredBatch | None:
        predicate = col["id"] == batch_id
        rows = self._transaction.select(BATCHES, predicate, _COLUMNS, with_row_id=True)
        return next((_batch(row) for row in self._rows.track(rows)), None)

    def add(self, batch: StoredBatch) -> None:
        self._rows.insert([_row(batch)])

    def save(self, batch: StoredBatch) -> None:
        """The batch was read in this transaction."""
        self._rows.save(_row(batch))

    def expire(self, before_us: int, limit: int) -> int:
        """Forget batches older than that, `limit` or a few more. Returns how many."""
        predicate = col["created_us"] < before_us
        rows = self._transaction.select(BATCHES, predicate, [], with_row_id=True, rows_max=limit)
        self._transaction.delete(BATCHES, [row[ROW_ID] for row in rows])
        return len(rows)

    def count_older(self, before_us: int) -> int:
        return self._transaction.count(BATCHES, col["created_us"] < before_us)


def _row(batch: StoredBatch) -> Row:
    outcomes = [each and _kept(each) for each in batch.outcomes]
    return {
        "id": batch.id,
        "digest": batch.digest,
        "outcomes": dumps(outcomes),
        "created_us": batch.created_us,
        "revision": batch.revision,
    }


def _kept(error: Error) -> Row:
    """Without `message`, which repeats the summary."""
    document = error.to_document()
    document.pop("message", None)
    return document


def _batch(row: Row) -> StoredBatch:
    outcomes = (each and Error.model_validate(each) for each in json.loads(row["outcomes"]))
    return StoredBatch(
        row["id"], row["digest"], tuple(outcomes), row["created_us"], row["revision"]
    )
