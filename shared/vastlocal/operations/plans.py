"""What a query's message comes to: columns, access path, SQL and its parameters. Kept for messages alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from vastlocal.engine.access import choose_access
from vastlocal.engine.codecs import codec_for
from vastlocal.engine.definitions import ROW_ID, TableDefinition, stored_row_id
from vastlocal.engine.statements import Statements
from vastlocal.engine.where import Where, compile_predicate, literal
from vastlocal.protocol.predicate import FieldPath, Op, Predicate
from vastlocal.protocol.query_ir import Query, decode_query
from vastlocal.protocol.query_shape import QueryShape

_ALIKE_MAX = 16
"""Shapes kept of one length."""
_LENGTHS_MAX = 256
Binder = Callable[[Any], tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    leaves: tuple[FieldPath, ...]
    columns: tuple[str, ...]
    """The columns of the leaves, each once."""
    parameters: Sequence[Any]
    remainder: Predicate
    statements: Statements


@dataclass(frozen=True, slots=True)
class _Kept:
    shape: QueryShape
    binders: tuple[Binder, ...]
    plan: Plan

    def plan_for(self, body: bytes) -> Plan | None:
        """None when the message is of another shape, or a literal of it needs other SQL."""
        literals = self.shape.values(body)
        if literals is None:
            return None
        parameters = []
        for bind, raw in zip(self.binders, literals, strict=True):
            mark, parameter = bind(raw)
            if mark != "?":
                return None
            parameters.append(parameter)
        plan = self.plan
        return Plan(plan.leaves, plan.columns, parameters, (), plan.statements)


@dataclass(frozen=True, slots=True)
class QueryOptions:
    projection: str | None
    use_projections: bool


@dataclass(slots=True)
class _Alike:
    """Plans for messages of one length."""

    kept: list[_Kept] = field(default_factory=list)

    def find(self, body: bytes) -> Plan | None:
        for kept in self.kept:
            if plan := kept.plan_for(body):
                return plan
        return None


def plan_query(
    table: TableDefinition, base: TableDefinition | None, body: bytes, options: QueryOptions
) -> Plan:
    """`base` is the table as committed. Raises BadRequestError, NotFoundError, "not emulated"."""
    if base is not table:
        return _planned(table, base, decode_query(body, table.field), options)[0]
    key = (len(body), options)
    alike: _Alike | None = table.plans.get(key)
    if alike is not None and (found := alike.find(body)):
        return found
    query = decode_query(body, table.field)
    plan, where = _planned(table, base, query, options)
    if kept := _kept(table, body, query, where, plan):
        if alike is None:
            if len(table.plans) >= _LENGTHS_MAX:
                table.plans.clear()
            alike = table.plans[key] = _Alike()
        alike.kept = [kept, *alike.kept[: _ALIKE_MAX - 1]]
    return plan


def _planned(
    table: TableDefinition, base: TableDefinition | None, query: Query, options: QueryOptions
) -> tuple[Plan, Where]:
    access = choose_access(
        table,
        query.predicate,
        query.columns,
        projection=options.projection,
        use_projections=options.use_projections,
    )
    where = compile_predicate(table, query.predicate)
    columns = tuple(dict.fromkeys(leaf.column for leaf in query.leaves))
    extra = (group[0].path.column for group in where.remainder)
    names = tuple(dict.fromkeys((*columns, *extra)))
    statements = Statements(table, base, names, where.sql, where.columns, access)
    return Plan(query.leaves, columns, where.parameters, where.remainder, statements), where


def _kept(
    table: TableDefinition, body: bytes, query: Query, where: Where, plan: Plan
) -> _Kept | None:
    """None when the SQL depends on more than where the literals stand."""
    literals = query.literals
    if literals is None or where.remainder or len(literals) != len(where.parameters):
        return None
    binders: list[Binder] = []
    for group in query.predicate:
        name = group[0].path.column
        bind = _row_id if name == ROW_ID else partial(literal, codec_for(table.field(name).type))
        binders += [bind for leaf in group for _ in leaf.values]
        if len({leaf.op is Op.EQUAL for leaf in group}) > 1:
            return None  # equalities move to the front
    shape = QueryShape.of(body, literals)
    if shape is None:
        return None
    kept = _Kept(shape, tuple(binders), plan)
    again = kept.plan_for(body)
    return kept if again is not None and again.parameters == list(where.parameters) else None


def _row_id(raw: int) -> tuple[str, Any]:
    return "?", stored_row_id(raw)
