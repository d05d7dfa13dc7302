"""The first rows of a table by an integer column, a bounded number of them.

VAST sorts nothing, and with a limit it returns whichever rows it finds first. Along a sorting key or
projection those are usually the first ones. A count shows whether they are, and where to look if not.
"""

from collections.abc import Callable, Iterable

from tams.repositories.table import Table
from tams.repositories.transaction import Row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, col


def oldest(
    transaction: VisibleTransaction,
    table: Table,
    predicate: Predicate,
    columns: Iterable[str],
    *,
    by: str,
    limit: int,
) -> list[Row]:
    """Rows with their ids, in the order of `by`: all of them, or the first ones, up to about `limit`.

    Of rows with equal values, any may be the first. One round trip if there are few rows, two if not, and
    some more if VAST does not return the first rows first.
    """
    names = list(columns)

    def select(where: Predicate) -> list[Row]:
        rows = transaction.select(table, where, names, with_row_id=True, rows_max=limit)
        return sorted(rows, key=lambda row: row[by])

    def count_until(value: int) -> int:
        return transaction.count(table, predicate & (col[by] <= value))

    rows = select(predicate)
    if len(rows) < limit:
        return rows
    last: int = rows[-1][by]
    if count_until(last - 1) == sum(row[by] < last for row in rows):
        return rows
    return select(predicate & (col[by] <= _bound(count_until, rows[0][by], last, limit)))


def _bound(count_until: Callable[[int], int], first: int, last: int, limit: int) -> int:
    """A value up to which there are rows, at most `limit` unless all of them have that value."""
    low, high, step = first - 1, last, max(last - first, 1)
    while (found := count_until(low)) > limit:
        low, high, step = low - step, low, 2 * step
    while not found and high - low > 1:
        middle = (low + high) // 2
        if (found := count_until(middle)) > limit:
            high, found = middle, 0
        else:
            low = middle
    return low if found else high
