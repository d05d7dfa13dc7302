"""Objects on VAST."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from tams.models.stored import ObjectKind, ObjectState, StoredObject
from tams.repositories.database import ROW_ID, Witness
from tams.repositories.listing import rows_by_id
from tams.repositories.rows import object_from_row, object_row
from tams.repositories.tables import OBJECTS
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import col


class ObjectRepository:
    """Every save writes the next `revision`: an Object guards who may refer to it."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._row_ids: dict[str, Any] = {}

    def find_many(self, object_ids: Collection[str]) -> dict[str, StoredObject]:
        rows = rows_by_id(self._transaction, OBJECTS, list(object_ids), with_row_id=True)
        self._row_ids.update((object_id, row[ROW_ID]) for object_id, row in rows.items())
        return {object_id: object_from_row(row) for object_id, row in rows.items()}

    def add(self, objects: Sequence[StoredObject], event_id: str) -> None:
        """`event_id` names the operation, and settles a commit whose answer is lost."""
        if not objects:
            return
        rows = [object_row(stored) | {"event_id": event_id} for stored in objects]
        self._transaction.insert(OBJECTS, rows)
        written = (col["id"] == objects[0].id) & (col["event_id"] == event_id)
        self._transaction.witnessed_by(Witness(OBJECTS, written))

    def save(self, objects: Sequence[StoredObject]) -> None:
        """The Objects were read in this transaction. One round trip for up to 4.5 MiB."""
        rows = []
        for stored in objects:
            row = object_row(replace(stored, revision=stored.revision + 1))
            del row["id"]  # a sorted column cannot be updated
            rows.append({ROW_ID: self._row_ids[stored.id], **row})
        self._transaction.update(OBJECTS, rows)

    def remove(self, object_ids: Collection[str]) -> None:
        self._transaction.delete(OBJECTS, [self._row_ids.pop(each) for each in object_ids])

    def media_needing(self, init_object_ids: Collection[str]) -> dict[str, list[str]]:
        """Media Objects that name each of these as their init Object, in id order. One round trip."""
        needing: dict[str, list[str]] = {each: [] for each in init_object_ids}
        if needing:
            predicate = col["init_object_id"].isin(sorted(needing)) & (
                col["kind"] == str(ObjectKind.MEDIA)
            )
            columns = ["id", "init_object_id"]
            for row in self._transaction.select(OBJECTS, predicate, columns):
                needing[row["init_object_id"]].append(row["id"])
        return {init_id: sorted(media_ids) for init_id, media_ids in needing.items()}

    def uploading(self, before_us: int, now_us: int) -> list[str]:
        """Ids of Objects, allocated before then, whose upload was to register a Segment and has not yet.

        Also Objects that a clock ahead of ours allocated after `now_us`.
        """
        predicate = (
            (col["state"] == str(ObjectState.ALLOCATED))
            & ((col["created_us"] < before_us) | (col["created_us"] > now_us))
            & col["registers"].notnull()
            & col["fault"].isnull()
        )
        return [row["id"] for row in self._transaction.select(OBJECTS, predicate, ["id"])]

    def never_used(self, before_us: int, limit: int) -> list[str]:
        """Ids of Objects that were allocated before then and still are, at least `limit` if so many."""
        predicate = (col["state"] == str(ObjectState.ALLOCATED)) & (col["created_us"] < before_us)
        rows = self._transaction.select(OBJECTS, predicate, ["id"], rows_max=limit)
        return [row["id"] for row in rows]

    def doomed(self, before_us: int, now_us: int, limit: int) -> list[str]:
        """Ids of Objects that were doomed before then, or by a clock ahead of ours after `now_us`."""
        when = (col["doomed_us"] < before_us) | (col["doomed_us"] > now_us)
        predicate = (col["state"] == str(ObjectState.DOOMED)) & when
        rows = self._transaction.select(OBJECTS, predicate, ["id"], rows_max=limit)
        return [row["id"] for row in rows]
