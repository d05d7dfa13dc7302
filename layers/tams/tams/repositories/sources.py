"""Sources on VAST."""

from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet

from tams.errors import NotFoundError
from tams.models.paging import Page
from tams.models.queries import SourceQuery, SourceSort
from tams.models.stored import StoredSource
from tams.repositories.changing import ChangingRows
from tams.repositories.listing import Order, ids_of_classes, page_of, rows_by_id
from tams.repositories.predicates import equal, tagged
from tams.repositories.relations import relations_of_new, relations_row
from tams.repositories.rows import SOURCE_READ, source_from_row, source_row
from tams.repositories.tables import SOURCES
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, all_of, col


class SourceRepository:
    """A Source guards the set of its Flows: two transactions that change it collide in its row."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction
        self._rows = ChangingRows(transaction, SOURCES)

    def find(self, source_id: str) -> StoredSource | None:
        rows = rows_by_id(self._transaction, SOURCES, [source_id], SOURCE_READ, with_row_id=True)
        return next((source_from_row(row) for row in self._rows.track(rows.values())), None)

    def get(self, source_id: str) -> StoredSource:
        """Raises NotFoundError."""
        if (stored := self.find(source_id)) is None:
            raise NotFoundError("Source", source_id)
        return stored

    def of_classes(self, source_ids: Collection[str], classes: Collection[str]) -> set[str]:
        """Those of these Sources that belong to any of these classes. One round trip."""
        return ids_of_classes(self._transaction, SOURCES, source_ids, classes)

    def add(self, stored: StoredSource) -> None:
        self._transaction.insert(SOURCES, [source_row(stored) | relations_of_new(stored)])

    def save(self, stored: StoredSource) -> None:
        """The Source was read in this transaction."""
        self._rows.update([source_row(stored)])

    def save_look(self, stored: StoredSource, look_us: int) -> None:
        """Write only whether its Flows are to be marked. The Source was read in this transaction."""
        row = {"id": stored.source.id, "retention_us": look_us, **relations_row(stored)}
        self._rows.update([row])

    def due(self, now_us: int, limit: int) -> list[str]:
        """Sources whose policy has changed, so many at most. One round trip."""
        due = col["retention_us"] <= now_us
        rows = self._transaction.select(SOURCES, due, ["id"], rows_max=limit)
        return [row["id"] for row in rows[:limit]]

    def remove(self, source_id: str) -> None:
        self._rows.delete([source_id])

    def list_(
        self,
        query: SourceQuery,
        keep: Callable[[str], bool] | None = None,
        *,
        only: AbstractSet[str] | None = None,
        among: Callable[[Sequence[str]], Collection[str]] | None = None,
    ) -> Page[StoredSource]:
        """A page, whose rows take one more round trip than its keys. See `keys_of_page`."""
        return page_of(
            self._transaction,
            SOURCES,
            sources_matching(query),
            _order(query),
            source_from_row,
            SOURCE_READ,
            page=query.page,
            limit=query.limit,
            classes=query.classes,
            without_tags=query.tags,
            keep=keep,
            only=only,
            among=among,
        )


def sources_matching(query: SourceQuery) -> Predicate | None:
    """The part VAST can decide."""
    return all_of(
        equal({"label": query.label, "format": query.format and str(query.format)}),
        tagged(query.tags),
    )


def _order(query: SourceQuery) -> Order:
    if query.sort_by is SourceSort.LABEL:
        return Order("label", newest_first=False, reverse=query.reverse)
    return Order(f"{query.sort_by}_us", reverse=query.reverse)
