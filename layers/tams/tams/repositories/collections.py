"""flow_collection, stored as one row per member, and the lists of Flows and Sources derived from it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tams.models.collection import CollectionItem, FlowCollectionItem
from tams.models.stored import StoredFlow
from tams.repositories.listing import named
from tams.repositories.rows import collection_item_from_row
from tams.repositories.tables import COLLECTIONS
from tams.repositories.transaction import ROW_ID, Row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import col

_MEMBER = ("parent_id", "child_id", "position", "role", "container_mapping")
_SOURCE_MEMBER = ("parent_id", "parent_source_id", "child_source_id", "position", "role")


class CollectionRepository:
    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def members(self, flow_ids: Collection[str]) -> dict[str, list[FlowCollectionItem]]:
        """flow_collection by Flow, in the client's order; a Flow without one is left out."""
        members: dict[str, list[FlowCollectionItem]] = {}
        for row in sorted(
            self._rows("parent_id", flow_ids, _MEMBER), key=lambda row: row["position"]
        ):
            members.setdefault(row["parent_id"], []).append(collection_item_from_row(row))
        return members

    def collectors(self, flow_ids: Collection[str]) -> dict[str, list[str]]:
        """collected_by of Flows, in id order."""
        return _grouped(
            self._rows("child_id", flow_ids, ("child_id", "parent_id")), "child_id", "parent_id"
        )

    def source_members(self, source_ids: Collection[str]) -> dict[str, list[CollectionItem]]:
        """source_collection: one entry per member Source, in order of first appearance (COL-6…8)."""
        members: dict[str, dict[str, CollectionItem]] = {}
        rows = self._rows("parent_source_id", source_ids, _SOURCE_MEMBER)
        for row in sorted(rows, key=lambda row: (row["parent_id"], row["position"])):
            entry = CollectionItem(id=row["child_source_id"], role=row["role"])
            members.setdefault(row["parent_source_id"], {}).setdefault(entry.id, entry)
        return {source_id: list(entries.values()) for source_id, entries in members.items()}

    def of_source(self, source_id: str) -> dict[str, list[CollectionItem]]:
        """The collections of a Source's Flows, by Flow: member Sources with their roles, in order."""
        members: dict[str, list[CollectionItem]] = {}
        rows = self._rows("parent_source_id", [source_id], _SOURCE_MEMBER)
        for row in sorted(rows, key=lambda row: row["position"]):
            entry = CollectionItem(id=row["child_source_id"], role=row["role"])
            members.setdefault(row["parent_id"], []).append(entry)
        return members

    def sources_near(self, flow_id: str) -> set[str]:
        """Every Source that shows a collection this Flow belongs to or has."""
        ends = ("parent_source_id", "child_source_id")
        rows = [
            row for key in ("parent_id", "child_id") for row in self._rows(key, [flow_id], ends)
        ]
        return {row[end] for row in rows for end in ends}

    def source_collectors(self, source_ids: Collection[str]) -> dict[str, list[str]]:
        """collected_by of Sources, in id order."""
        rows = self._rows("child_source_id", source_ids, ("child_source_id", "parent_source_id"))
        return _grouped(rows, "child_source_id", "parent_source_id")

    def collected(self, flow_ids: Collection[str] | None) -> set[str]:
        """Flows collected by any of these, or with None, by any Flow at all."""
        return self._children("parent_id", "child_id", flow_ids)

    def collected_sources(self, source_ids: Collection[str] | None) -> set[str]:
        """Sources collected by any of these, or with None, by any Source at all."""
        return self._children("parent_source_id", "child_source_id", source_ids)

    def member_counts(self, flow_ids: Collection[str] | None) -> Counter[str]:
        """By Flow: how many members each of these has, or with None, each that has any. One round trip."""
        return Counter(row["parent_id"] for row in self._of("parent_id", flow_ids, ()))

    def member_ids(self, flow_ids: Collection[str] | None) -> dict[str, list[str]]:
        """The same, with the members themselves, in no order."""
        return _listed(self._of("parent_id", flow_ids, ("child_id",)), "parent_id", "child_id")

    def member_source_ids(self, source_ids: Collection[str] | None) -> dict[str, list[str]]:
        """The same for Sources: one is a member once, however many of its Flows are collected (COL-8)."""
        parent, child = "parent_source_id", "child_source_id"
        return _grouped(self._of(parent, source_ids, (child,)), parent, child)

    def parents(self) -> set[str]:
        """Every Flow that collects others."""
        return self._all("parent_id")

    def parent_sources(self) -> set[str]:
        return self._all("parent_source_id")

    def _all(self, column: str) -> set[str]:
        return {row[column] for row in self._transaction.select(COLLECTIONS, None, [column])}

    def _children(self, parent: str, child: str, ids: Collection[str] | None) -> set[str]:
        if ids is not None and not ids:
            return set()
        predicate = None if ids is None else col[parent].isin(list(ids))
        rows = self._transaction.select(COLLECTIONS, predicate, [child])
        return {row[child] for row in rows}

    def links(self) -> Iterator[list[tuple[str, str]]]:
        """Every collecting Flow with each of its members, page by page. For operators."""
        for rows in self._transaction.scan(COLLECTIONS, None, ["parent_id", "child_id"]):
            yield [(row["parent_id"], row["child_id"]) for row in rows]

    def replace(
        self,
        parent: StoredFlow,
        items: Sequence[FlowCollectionItem],
        source_of: Mapping[str, str],
    ) -> None:
        """`source_of` maps every member to its Source."""
        self._delete(self._rows("parent_id", [parent.flow.id], (), with_row_id=True))
        self._transaction.insert(
            COLLECTIONS,
            [
                {
                    "parent_id": parent.flow.id,
                    "child_id": item.id,
                    "parent_source_id": parent.flow.source_id,
                    "child_source_id": source_of[item.id],
                    "position": position,
                    "role": item.role,
                    "container_mapping": item.container_mapping
                    and item.container_mapping.model_dump_json(exclude_none=True),
                }
                for position, item in enumerate(items)
            ],
        )

    def move(self, flow_id: str, source_id: str) -> None:
        """Record that the Flow now belongs to another Source."""
        for key, column in (
            ("parent_id", "parent_source_id"),
            ("child_id", "child_source_id"),
        ):
            rows = self._rows(key, [flow_id], (), with_row_id=True)
            changed = [{ROW_ID: row[ROW_ID], column: source_id} for row in rows]
            self._transaction.update(COLLECTIONS, changed)

    def forget(self, flow_id: str) -> None:
        """Remove a deleted Flow's own collection, and its entries in others'."""
        for column in ("parent_id", "child_id"):
            self._delete(self._rows(column, [flow_id], (), with_row_id=True))

    def _of(
        self, parent: str, ids: Collection[str] | None, columns: Collection[str]
    ) -> Iterable[Row]:
        """Rows of these parents, or with None, of all."""
        if ids is not None and not ids:
            return ()
        rows = self._transaction.select(COLLECTIONS, named(parent, ids), (parent, *columns))
        wanted = None if ids is None else set(ids)
        return (row for row in rows if wanted is None or row[parent] in wanted)

    def _rows(
        self,
        column: str,
        ids: Collection[str],
        columns: Collection[str],
        *,
        with_row_id: bool = False,
    ) -> list[Row]:
        if not ids:
            return []
        predicate = col[column].isin(list(ids))
        return self._transaction.select(COLLECTIONS, predicate, columns, with_row_id=with_row_id)

    def _delete(self, rows: Iterable[Row]) -> None:
        self._transaction.delete(COLLECTIONS, [row[ROW_ID] for row in rows])


def _listed(rows: Iterable[Row], key: str, value: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row[value])
    return groups


def _grouped(rows: Iterable[Row], key: str, value: str) -> dict[str, list[str]]:
    groups: dict[str, set[str]] = {}
    for row in rows:
        groups.setdefault(row[key], set()).add(row[value])
    return {name: sorted(values) for name, values in groups.items()}
