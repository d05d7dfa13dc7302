"""Translates predicates to SQL, and separates the part that SQL cannot evaluate."""

# ruff: noqa: S608 - the names in our SQL are made of our own numbers

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vastlocal.engine.codecs import Codec, codec_for
from vastlocal.engine.definitions import ROW_ID, TableDefinition, stored_row_id
from vastlocal.errors import BadRequestError
from vastlocal.protocol.predicate import Group, Leaf, Op, Predicate

_MANY = 16
"""From this many equalities on, they travel as one JSON parameter: one prepared statement for all counts."""
_PARAMETERS_MAX = 15_000
"""SQLite's limit is 32,766, and a query may name each of them twice."""
_INFINITY = "9e999"
_ABOVE = (Op.GREATER, Op.GREATER_EQUAL)
_UPPER = {Op.BETWEEN: "<=", Op.HALF_OPEN: "<"}
_NULLNESS = {Op.IS_NULL: "IS NULL", Op.IS_VALID: "IS NOT NULL"}


@dataclass(frozen=True, slots=True)
class Where:
    """`sql` and its parameters decide all groups except `remainder`, which is evaluated after reading."""

    sql: str
    parameters: tuple[Any, ...]
    remainder: Predicate
    columns: frozenset[str]
    """The columns that `sql` names."""


def compile_predicate(table: TableDefinition, predicate: Predicate) -> Where:
    """Raises BadRequestError for literals that do not fit their column, NotFoundError."""
    clauses: list[str] = []
    parameters: list[Any] = []
    remainder: list[Group] = []
    columns: set[str] = set()
    for group in predicate:
        name = group[0].path.column
        codec = codec_for(table.field(name).type)
        if name != ROW_ID and (group[0].path.children or not codec.is_searchable):
            remainder.append(group)
            continue
        try:
            clause, values = _group(column_sql(table, name), codec, group, is_row_id=name == ROW_ID)
        except (TypeError, AttributeError, OverflowError) as error:
            raise BadRequestError(f"a literal does not fit column {name}") from error
        clauses.append(clause)
        columns.add(name)
        parameters += values
    if len(parameters) > _PARAMETERS_MAX:
        raise BadRequestError(f"more than {_PARAMETERS_MAX} literals")
    return Where(" AND ".join(clauses), tuple(parameters), tuple(remainder), frozenset(columns))


def column_sql(table: TableDefinition, name: str) -> str:
    """The SQL name of a column. Raises NotFoundError."""
    return "row_id" if name == ROW_ID else table.column(name).physical


def _group(name: str, codec: Codec, group: Group, *, is_row_id: bool) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    equal: list[tuple[str, Any]] = []
    for leaf in group:
        literals = [
            ("?", stored_row_id(raw)) if is_row_id else literal(codec, raw) for raw in leaf.values
        ]
        if leaf.op is Op.EQUAL:
            equal += literals
            continue
        clause = _leaf(name, leaf, literals)
        parts.append(clause)
        values += [value for _, value in literals if "?" in clause]
    if equal:
        clause, equal_values = _equalities(name, equal)
        parts.insert(0, clause)
        values = equal_values + values
    return _any_of(parts), values


def literal(codec: Codec, raw: Any) -> tuple[str, Any]:
    """The SQL of a literal, which is usually a mark for the parameter that comes with it."""
    if isinstance(raw, float) and math.isnan(raw):
        return "NULL", raw
    return codec.literal(raw)


def _equalities(name: str, literals: list[tuple[str, Any]]) -> tuple[str, list[Any]]:
    values = [value for _, value in literals]
    if (
        all(isinstance(v, int | str) and "\0" not in str(v) for v in values)
        and len(values) >= _MANY
    ):
        return f"{name} IN (SELECT value FROM json_each(?))", [json.dumps(values)]
    if len(literals) == 1 and literals[0][0] != "NULL":
        return f"{name} = {literals[0][0]}", values
    marks = ", ".join(mark for mark, _ in literals)
    return f"{name} IN ({marks})", [value for mark, value in literals if mark != "NULL"]


def _leaf(name: str, leaf: Leaf, literals: Sequence[tuple[str, Any]]) -> str:
    marks = [mark for mark, _ in literals]
    if "NULL" in marks:  # nothing compares with NaN, but everything differs from it
        return f"{name} IS NOT NULL" if leaf.op is Op.NOT_EQUAL else "0"
    if leaf.op in _NULLNESS:
        return f"{name} {_NULLNESS[leaf.op]}"
    if leaf.op is Op.CONTAINS:
        return f"instr({name}, {marks[0]}) > 0"
    if leaf.op in _UPPER:
        return f"({name} >= {marks[0]} AND {name} {_UPPER[leaf.op]} {marks[1]})"
    clause = f"{name} {leaf.op.value} {marks[0]}"
    if leaf.op in _ABOVE and isinstance(literals[0][1], float):
        # A stored NaN is text, and text sorts above numbers.
        return f"({clause} AND {name} <= {_INFINITY})"
    return clause


def _any_of(parts: Sequence[str]) -> str:
    """Joined by OR as a balanced tree: SQLite limits the depth of expressions."""
    if len(parts) <= 4:
        return f"({' OR '.join(parts)})" if len(parts) > 1 else parts[0]
    middle = len(parts) // 2
    return f"({_any_of(parts[:middle])} OR {_any_of(parts[middle:])})"
