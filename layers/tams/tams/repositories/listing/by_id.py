"""Rows by their ids, which a request can name by the thousand."""

from collections.abc import Collection, Iterator, Sequence

from tams.repositories.table import Table
from tams.repositories.transaction import Row
from tams.repositories.visible import VisibleTransaction
from tams.vast.where import Predicate, col

_PREDICATE_BYTES = 4 * 1024 * 1024
_ID_BYTES = 256
"""The bytes a request needs for an id besides its characters."""

NAMED_MAX = 1_000
"""Ids that a select names, at 300 bytes each. For more, it reads all rows, at some 50 bytes each."""


def named(column: str, ids: Collection[str] | None) -> Predicate | None:
    """Narrows a select to these ids, of which there is at least one. None if there are too many to name."""
    return None if ids is None or len(ids) > NAMED_MAX else col[column].isin(sorted(ids))


def rows_by_id(
    transaction: VisibleTransaction,
    table: Table,
    ids: Sequence[str],
    columns: Sequence[str] = (),
    *,
    classes: Collection[str] | None = None,
    with_row_id: bool = False,
) -> dict[str, Row]:
    """Rows of a table keyed by `id`; no ids give no rows, and no `columns` mean all of them.

    One round trip for each _PREDICATE_BYTES of ids, some 25,000 UUIDs.
    """
    found: dict[str, Row] = {}
    for some in in_parts(ids):
        predicate = col["id"] == some[0] if len(some) == 1 else col["id"].isin(some)
        rows = transaction.select(
            table,
            predicate,
            columns or table.names,
            classes=classes,
            with_row_id=with_row_id,
        )
        found |= {row["id"]: row for row in rows}
    return found


def in_parts(ids: Sequence[str]) -> Iterator[list[str]]:
    """Splits ids, because VAST refuses a select whose request takes more than 5 MiB."""
    part: list[str] = []
    size = 0
    for each in ids:
        size += _ID_BYTES + len(each.encode())
        if part and size > _PREDICATE_BYTES:
            yield part
            part, size = [], _ID_BYTES + len(each.encode())
        part.append(each)
    if part:
        yield part


def ids_of_classes(
    transaction: VisibleTransaction, table: Table, ids: Collection[str], classes: Collection[str]
) -> set[str]:
    """Those of these ids whose rows belong to any of these classes."""
    found: set[str] = set()
    for some in in_parts(sorted(ids)):
        rows = transaction.select(table, col["id"].isin(some), ["id"], classes=classes)
        found |= {row["id"] for row in rows}
    return found


def ids_there(transaction: VisibleTransaction, table: Table, ids: Collection[str]) -> set[str]:
    """Those of these ids that a row has, even one that no reader sees."""
    return {
        row["id"]
        for some in in_parts(sorted(ids))
        for rows in transaction.scan(table, col["id"].isin(some), ["id"])
        for row in rows
    }
