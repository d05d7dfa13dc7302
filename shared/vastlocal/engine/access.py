"""Chooses the access path: along a sorting key or projection, or through all rows by row id."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from vastlocal.engine.definitions import ROW_ID, Index, TableDefinition
from vastlocal.protocol.predicate import Group, Op, Predicate

_RANGES = frozenset(
    {Op.LESS, Op.LESS_EQUAL, Op.GREATER, Op.GREATER_EQUAL, Op.BETWEEN, Op.HALF_OPEN, Op.IS_NULL}
)
_BOUNDS = _RANGES | {Op.EQUAL}


@dataclass(frozen=True, slots=True)
class Access:
    """`order` has the ids of the columns to order by; empty means row ids."""

    index: Index | None = None
    order: tuple[int, ...] = ()
    prunes: bool = False
    """Whether SQLite can seek along the index; otherwise it finds its own way."""


def choose_access(
    table: TableDefinition,
    predicate: Predicate,
    columns: Iterable[str],
    *,
    projection: str | None,
    use_projections: bool,
) -> Access:
    """The index whose leading columns the predicate pins down furthest; the sorting key wins ties.

    A projection serves only queries whose columns it holds, those compared and those sent, as on VAST. Row
    ids it has anyhow. A projection requested by name is used whatever the predicate. Raises NotFoundError
    when it does not exist.
    """
    strengths = _strengths(predicate)
    if projection:
        wanted = table.projection(projection)
        index = next(index for index, each in table.projection_indexes if each is wanted)
        return Access(index, index.column_ids, prunes=_can_seek(index, table, predicate))
    candidates = list(table.indexes[: len(table.indexes) - len(table.projections)])
    if use_projections:
        needed = {table.column(name).id for name in columns if name != ROW_ID}
        for index, held in table.projection_indexes:
            if needed <= {*held.sorted_ids, *held.unsorted_ids}:
                candidates.append(index)
    best, best_reach = None, 0
    for index in candidates:
        reach = _reach(index, table, strengths)
        if reach > best_reach:
            best, best_reach = index, reach
    if best is None:
        return Access()
    return Access(best, best.column_ids, prunes=_can_seek(best, table, predicate))


def bounds_of(index: Index, table: TableDefinition, predicate: Predicate) -> Predicate:
    """The groups that bound the stretch of an index in which all matching rows lie.

    These are equalities on its leading columns, and ranges on the next one. As each group compares one
    column, it may have several ranges.
    """
    bounds: list[Group] = []
    for column_id in index.column_ids:
        groups = _on(table.by_id[column_id].field.name, predicate)
        bounds += groups
        if not any(_strength(each) == 2 for each in groups):
            break
    return tuple(bounds)


def _on(name: str, predicate: Predicate) -> list[Group]:
    """The groups that bound this column."""
    return [
        group
        for group in predicate
        if group[0].path.column == name and not group[0].path.children and _strength(group)
    ]


def _can_seek(index: Index, table: TableDefinition, predicate: Predicate) -> bool:
    """SQLite takes several values of the leading column, but only one range."""
    groups = _on(table.by_id[index.column_ids[0]].field.name, predicate)
    return any(_strength(group) == 2 or len(group) == 1 for group in groups)


def _strengths(predicate: Predicate) -> dict[str, int]:
    """Maps a column name to 2 when it is pinned to values, 1 when to ranges."""
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
    return int(all(leaf.op in _BOUNDS for leaf in group))


def _reach(index: Index, table: TableDefinition, strengths: dict[str, int]) -> int:
    reach = 0
    for column_id in index.column_ids:
        strength = strengths.get(table.by_id[column_id].field.name, 0)
        reach += strength
        if strength < 2:
            break
    return reach
