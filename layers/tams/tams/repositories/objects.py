"""Objects on VAST."""

from collections.abc import Collection, Sequence

from tams.models.stored_objects import ObjectKind, ObjectState, StoredObject
from tams.repositories.changing import ChangingRows
from tams.repositories.listing import ids_there, rows_by_id
from tams.repositories.object_tables import OBJECTS
from tams.repositories.oldest import oldest
from tams.repositories.rows import object_from_row, object_row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, col


class ObjectRepository:
    """An Object guards its references: two transactions that change them collide in its row."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._rows = ChangingRows(transaction, OBJECTS)

    def find_many(self, object_ids: Collection[str]) -> dict[str, StoredObject]:
        rows = rows_by_id(self._transaction, OBJECTS, list(object_ids), with_row_id=True)
        return {row["id"]: object_from_row(row) for row in self._rows.track(rows.values())}

    def existing(self, object_ids: Collection[str]) -> set[str]:
        """Those of these ids that an Object has, whatever its state. For operators."""
        return ids_there(self._transaction, OBJECTS, object_ids)

    def sizes(self, object_ids: Collection[str]) -> dict[str, tuple[int | None, int]]:
        """The bytes of each Object, None if unknown, and how many use it. One round trip."""
        columns = ["id", "size", "reference_count"]
        rows = rows_by_id(self._transaction, OBJECTS, sorted(object_ids), columns)
        return {each: (row["size"], row["reference_count"] or 0) for each, row in rows.items()}

    def made_us(self, object_ids: Collection[str]) -> dict[str, int]:
        """When each Object was created, to distinguish it from a later one with its id. One round trip."""
        rows = rows_by_id(self._transaction, OBJECTS, sorted(object_ids), ["id", "created_us"])
        return {each: row["created_us"] or 0 for each, row in rows.items()}

    def add(self, objects: Sequence[StoredObject]) -> None:
        self._rows.insert([object_row(stored) for stored in objects])

    def save(self, objects: Sequence[StoredObject]) -> None:
        """The Objects were read in this transaction. One round trip for up to 4.5 MiB."""
        self._rows.update(object_row(stored) for stored in objects)

    def remove(self, object_ids: Collection[str]) -> None:
        self._rows.delete(object_ids)

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

    def uploading(self, from_us: int, until_us: int, limit: int) -> list[tuple[int, str]]:
        """Objects allocated between whose upload should register a Segment but has not yet, the oldest first.

        Returns when each was allocated and its id: all, or up to about `limit`.
        """
        predicate = (
            (col["state"] == str(ObjectState.ALLOCATED))
            & (col["created_us"] >= from_us)
            & (col["created_us"] < until_us)
            & col["registers"].notnull()
            & col["fault"].isnull()
        )
        rows = oldest(
            self._transaction,
            OBJECTS,
            predicate,
            ["created_us", "id"],
            by="created_us",
            limit=limit,
        )
        return [(row["created_us"], row["id"]) for row in rows]

    def never_used(self, before_us: int, limit: int) -> list[str]:
        """Ids of Objects allocated before then and still unused, at least `limit` if there are that many."""
        rows = self._transaction.select(OBJECTS, _never_used(before_us), ["id"], rows_max=limit)
        return [row["id"] for row in rows]

    def count_never_used(self, before_us: int) -> int:
        return self._transaction.count(OBJECTS, _never_used(before_us))

    def count_doomed(self) -> int:
        return self._transaction.count(OBJECTS, col["state"] == str(ObjectState.DOOMED))

    def doomed(self, before_us: int, now_us: int, limit: int) -> list[str]:
        """Ids of Objects doomed before then, or by a clock ahead of ours after `now_us`."""
        when = (col["doomed_us"] < before_us) | (col["doomed_us"] > now_us)
        predicate = (col["state"] == str(ObjectState.DOOMED)) & when
        rows = self._transaction.select(OBJECTS, predicate, ["id"], rows_max=limit)
        return [row["id"] for row in rows]


def _never_used(before_us: int) -> Predicate:
    return (col["state"] == str(ObjectState.ALLOCATED)) & (col["created_us"] < before_us)
