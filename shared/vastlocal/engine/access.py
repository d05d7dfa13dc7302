"""Chooses the access path: along a sorting key or projection, or through all rows by row id."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from vastlocal.engine.definitions import ROW_ID, Index, TableDefinition
from vastlocal.protocol.predicate import Group, Op, Predicate

_RANGES = frozenset(
    {Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL, Op.BETWEEN, Op.HALF_OPEN, Op.IS_NULL}
)


@dataclass(frozen=True, slots=True)
class Access:
    """`order` has the ids of the columns to order by; empty means row ids."""

    index: Index | None = None
    order: tuple[int, ...] = ()
    prunes: bool = False


def choose_access(
    table: TableDefinition,
    predicate: Predicate,
    columns: Iterable[str],
    *,
    projection: str | None,
    use_projections: bool,
) -> Access:
    """The index whose leading columns the predicate pins down furthest; the sorting key wins ties.

    A projection serves only queries whose columns it holds, as on VAST. A projection requested by name is
    used whatever the predicate. Raises NotFoundError when it does not exist.
    """
    strengths = _strengths(predicate)
    key_index = table.indexes[: len(table.indexes) - len(table.projections)]
    if projection:
        wanted = table.projection(projection)
        index = table.indexes[len(key_index) + table.projections.index(wanted)]
        return Access(index, index.column_ids, prunes=_reach(index, table, strengths) > 0)
    candidates = list(key_index)
    if use_projections:
        needed = {table.column(name).id for name in columns if name != ROW_ID}
        for held, index in zip(table.projections, table.indexes[len(key_index) :], strict=True):
            if needed <= {*held.sorted_ids, *held.unsorted_ids}:
                candidates.append(index)
    best, best_reach = None, 0
    for index in candidates:
        reach = _reach(index, table, strengths)
        if reach > best_reach:
            best, best_reach = index, reach
    return Access(best, best.column_ids, prunes=True) if best else Access()


def _strengths(predicate: Predicate) -> dict[str, int]:
    """Maps a column name to 2 when it is pinned to values, 1 when to a range."""
    strengths: dict[str, int] = {}
    for group in predicate:
        if not group[0].path.children:
            name = group[0].path.column
            strengths[name] = max(strengths.get(name, 0), _strength(group))
    return strengths


def _strength(group: Group) -> int:
    if any(isinstance(v, float) and math.isnan(v) for leaf in group for v in leaf.values):
        return 0  # becomes a constant in SQL, which no index can serve
    if all(leaf.op is Op.EQUAL for leaf in group):
        return 2
    return int(len(group) == 1 and group[0].op in _RANGES)


def _reach(index: Index, table: TableDefinition, strengths: dict[str, int]) -> int:
    reach = 0
    for column_id in index.column_ids:
        strength = strengths.get(table.by_id[column_id].field.name, 0)
        reach += strength
        if strength < 2:
            break
    return reach
