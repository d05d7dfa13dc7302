"""Selects the keys of a listing, and counts how often."""

from collections.abc import Collection
from dataclasses import dataclass, field

from tams.repositories.listing.order import Key, Order
from tams.repositories.predicates import has_tag
from tams.repositories.table import Projection, Table
from tams.repositories.transaction import Row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, all_of, clauses


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much a page may read. The tests make it less."""

    rows_min: int = 512
    """A select asks for as many keys at least: fewer would save no time."""
    rows_more: int = 64
    """As many more than twice what is wanted."""
    sample: int = 512
    selects_max: int = 7
    """After so many selects, another one reads all keys that are left."""

    def rows_max(self, wanted: int) -> int:
        """The cap of a select for so many keys. If it comes back full, the nearest may not be among them."""
        return max(self.rows_min, 2 * wanted + self.rows_more)


@dataclass
class KeySelect:
    """The keys of rows that match `where`."""

    transaction: VisibleTransaction
    table: Table
    order: Order
    where: Predicate | None
    classes: Collection[str] | None
    missing: Collection[str]
    """Tags that a listed row may not have, which VAST cannot decide."""
    sizes: Sizes
    rejected: set[str] = field(default_factory=set)
    """Ids of rows that have such a tag. They are keys as others are, until the page leaves them out."""
    selects: int = 0

    @property
    def has_more_tries(self) -> bool:
        return self.selects < self.sizes.selects_max

    def within(self, window: Predicate | None, rows_max: int) -> tuple[list[Key], bool]:
        """Keys in a window in no order, and whether these are all. One round trip."""
        limit = rows_max if self.has_more_tries else None
        rows = self._rows(window, limit)
        return [self._key(row) for row in rows], limit is None or len(rows) < limit

    def sample(self, window: Predicate | None, ids: Predicate) -> list[tuple[Key, str]]:
        """Some keys in a window, with the ids that the sample goes by. One round trip."""
        rows = self._rows(all_of(window, ids), self.sizes.sample)
        return [(self._key(row), row["id"]) for row in rows]

    def _rows(self, window: Predicate | None, rows_max: int | None) -> list[Row]:
        self.selects += 1
        columns = {self.order.column, self.order.id_column, "id"}
        rows = self.transaction.select(
            self.table,
            all_of(self.where, window),
            sorted(columns | ({"tags"} if self.missing else set())),
            classes=self.classes,
            rows_max=rows_max,
        )
        for row in rows if self.missing else ():
            if any(has_tag(row["tags"], name) for name in self.missing):
                self.rejected.add(row[self.order.id_column])
        return rows

    def _key(self, row: Row) -> Key:
        return row[self.order.column], row[self.order.id_column]


def is_served(table: Table, order: Order, where: Predicate | None) -> bool:
    """Whether a projection is in this order and has all that decides: only there windows cost little."""
    compared = {any_[0].column for any_ in clauses(where)}
    return any(_serves(each, order, compared) for each in table.projections)


def _serves(projection: Projection, order: Order, compared: Collection[str]) -> bool:
    needed = {order.id_column, *compared}
    return projection.sorted_columns[0] == order.column and projection.columns >= needed
