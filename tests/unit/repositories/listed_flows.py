"""Flows to list on a VAST that reads in whatever order it likes, and what selects of them have cost."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tams.repositories.database import Database
from tams.repositories.listing import Order, sorted_page
from tams.repositories.listing.keys import Sizes
from tams.repositories.table import Table
from tams.repositories.tables import FLOWS
from tams.repositories.transaction import ROW_ID, Row, VastTransaction
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, col

SMALL = Sizes(rows_min=4, rows_more=2, sample=4, selects_max=6)


@dataclass
class Reads:
    """What selects have cost."""

    selects: int = 0
    rows: int = 0


class Unordered(VastTransaction):
    """Stops a select with `rows_max` at rows of its own choice, as VAST may."""

    def __init__(
        self,
        real: VastTransaction,
        choose: Callable[[list[Row]], list[Row]],
        reads: Reads | None = None,
    ) -> None:
        self._real = real
        self._choose = choose
        self._reads = reads or Reads()

    def select(
        self,
        table: Table,
        predicate: Predicate | None,
        columns: Iterable[str],
        *,
        with_row_id: bool = False,
        rows_max: int | None = None,
    ) -> list[Row]:
        found = self._choose(self._real.select(table, predicate, columns, with_row_id=with_row_id))
        found = found if rows_max is None else found[:rows_max]
        self._reads.selects += 1
        self._reads.rows += len(found)
        return found


def shuffled(seed: int) -> Callable[[list[Row]], list[Row]]:
    def choose(rows: list[Row]) -> list[Row]:
        random.Random(seed).shuffle(rows)
        return rows

    return choose


def by(order: Order, *, nearest_first: bool) -> Callable[[list[Row]], list[Row]]:
    def choose(rows: list[Row]) -> list[Row]:
        return listed(order, rows) if nearest_first else listed(order, rows)[::-1]

    return choose


def listed(order: Order, rows: Iterable[Row]) -> list[Row]:
    """Sorted the obvious way."""
    by_id = sorted(rows, key=lambda row: str(row["id"]))
    valued = [row for row in by_id if row[order.column] is not None]
    unset = [row for row in by_id if row[order.column] is None]
    valued.sort(key=lambda row: row[order.column], reverse=order.newest_first)  # it is stable
    found = valued + unset
    return found[::-1] if order.reverse else found


@dataclass
class Listing:
    """Flows of one Source, and a client who walks through their pages."""

    database: Database
    order: Order
    rows: dict[str, Row] = field(default_factory=dict)
    source_id: str = field(default_factory=lambda: str(uuid4()))

    def insert(self, rows: Sequence[Row]) -> None:
        whole = [{"revision": 0, **row, "source_id": self.source_id} for row in rows]
        self.database.write(lambda it: it.insert(FLOWS, whole))
        self.rows |= {row["id"]: row for row in whole}

    def delete(self, ids: Sequence[str]) -> None:
        def work(transaction: VastTransaction) -> None:
            found = transaction.select(FLOWS, col["id"].isin(ids), ["id"], with_row_id=True)
            transaction.delete(FLOWS, [row[ROW_ID] for row in found])

        if ids:
            self.database.write(work)
            for each in ids:
                del self.rows[each]

    def page(
        self,
        key: str | None,
        limit: int,
        choose: Callable[[list[Row]], list[Row]] | None = None,
        *,
        reads: Reads | None = None,
        predicate: Predicate | None = None,
        sizes: Sizes = SMALL,
        **how: Any,
    ) -> tuple[list[str], str | None]:
        wanted = col["source_id"] == self.source_id
        wanted = wanted if predicate is None else wanted & predicate

        def work(real: VastTransaction) -> tuple[list[str], str | None]:
            transaction = real if choose is None else Unordered(real, choose, reads)
            return sorted_page(
                VisibleTransaction(transaction),
                FLOWS,
                wanted,
                self.order,
                page=key,
                limit=limit,
                sizes=sizes,
                **how,
            )

        return self.database.read(work)

    def expected(
        self, last: Row | None, limit: int, is_listed: Callable[[Row], bool]
    ) -> tuple[list[str], bool]:
        """The page after a row that may be gone, and whether there is another."""
        rows = {**self.rows, **({} if last is None else {last["id"]: last})}
        ids = [row["id"] for row in listed(self.order, rows.values())]
        after = ids if last is None else ids[ids.index(last["id"]) + 1 :]
        left = [each for each in after if is_listed(self.rows[each])]
        return left[:limit], len(left) > limit
