"""Counts the rows that VAST must look at for a query, whatever SQLite reads for it.

VAST keeps a table sorted by its key, and a projection by its own columns. It finds the stretch in which the
matching rows lie by the leading ones, and must look at each row in that. Without such a stretch these are all
rows of the table. Counting costs a query of its own, so it is done only while somebody watches.
"""

# ruff: noqa: S608 - the names in our SQL are made of our own numbers

from collections.abc import Sequence
from typing import Any

from vastlocal.engine.access import bounds_of
from vastlocal.engine.definitions import Index, TableDefinition
from vastlocal.engine.scan import Scan, Share
from vastlocal.engine.where import compile_predicate
from vastlocal.protocol.predicate import Predicate


def rows_looked_at(
    scan: Scan, predicate: Predicate, share: Share, position: int, limit: int | None
) -> int:
    """Committed rows, for the page of one sub-split that starts at a position.

    If the stretch has only matching rows, VAST stops at the limit.
    """
    base, index = scan.statements.base, scan.statements.access.index
    if base is None:
        return 0
    if index is None or index not in base.indexes:
        rows = _rows_by_id(scan, base, share, position)
        is_decided = not predicate
    else:
        bounds = bounds_of(index, scan.table, predicate)
        is_decided = len(bounds) == len(predicate)
        rows = 0 if share.part else max(0, _rows_along(scan, index, bounds) - position)
    return rows if limit is None or not is_decided else min(rows, limit)


def _rows_along(scan: Scan, index: Index, bounds: Predicate) -> int:
    where = compile_predicate(scan.table, bounds)
    hint = f" INDEXED BY {index.name}" if scan.statements.access.prunes else ""
    condition = f" WHERE {where.sql}" if where.sql else ""
    source = f"main.{scan.table.physical_name}{hint}"
    return _count(scan, f"{source}{condition}", where.parameters)


def _rows_by_id(scan: Scan, base: TableDefinition, share: Share, position: int) -> int:
    source = f"main.{base.physical_name} WHERE row_id >= ? AND row_id < ?"
    runs = share.runs(position, scan.end_row_id())
    return sum(_count(scan, source, run) for run in runs)


def _count(scan: Scan, source: str, parameters: Sequence[Any]) -> int:
    cursor = scan.transaction.connection.execute(f"SELECT count(*) FROM {source}", parameters)
    rows: int = cursor.fetchone()[0]
    return rows
