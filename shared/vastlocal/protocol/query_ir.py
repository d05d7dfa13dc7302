"""Decodes the body of a query: Arrow compute IR (arrow 7.0, experimental), as the SDK builds it.

Slots and union numbers are those of Relation.fbs, Expression.fbs and Literal.fbs. The grammar is
Predicate.serialize in vastdb/_internal.py: `and(or(leaf, …), …)`, always these two levels.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from struct import calcsize
from typing import Any

import numpy as np
import pyarrow as pa

from vastlocal.errors import BadRequestError
from vastlocal.protocol.field_nodes import FieldNode, number_nodes
from vastlocal.protocol.flatbuf import Table
from vastlocal.protocol.predicate import FieldPath, Leaf, Op, Predicate
from vastlocal.protocol.query_shape import Literal, reader

_LITERAL, _FIELD_REF, _CALL = 1, 2, 3
_SOURCE = 9

_COMPARISONS = {
    "equal": Op.EQUAL,
    "not_equal": Op.NOT_EQUAL,
    "less": Op.LESS,
    "less_equal": Op.LESS_EQUAL,
    "greater": Op.GREATER,
    "greater_equal": Op.GREATER_EQUAL,
    "match_substring": Op.CONTAINS,
}
_NULLNESS = {"is_null": Op.IS_NULL, "is_valid": Op.IS_VALID}
_RANGES = {Op.LESS_EQUAL: Op.BETWEEN, Op.LESS: Op.HALF_OPEN}

_SCALAR_LITERALS = {
    1: "?", 2: "b", 3: "h", 4: "i", 5: "q", 6: "B", 7: "H", 8: "I", 9: "Q",
    10: "q", 11: "q", 12: "q", 17: "f", 18: "d",
}  # fmt: skip
_SCALARS = {code: (calcsize("<" + code), reader(code)) for code in "?bBhHiIqQfd"}
_DECIMAL_BYTES = 16
_DECIMAL, _FLOAT16, _LIST, _STRING, _BINARY, _FIXED_BINARY = 15, 16, 19, 22, 23, 24


@dataclass(frozen=True, slots=True)
class Query:
    """The leaves to send, in order, and the predicate that rows must match."""

    columns: tuple[str, ...]
    leaves: tuple[FieldPath, ...]
    predicate: Predicate
    literals: tuple[Literal, ...] | None
    """Where the predicate's literals stand, in its order; None when not all are in one piece."""


def decode_query(body: bytes, field_of: Callable[[str], pa.Field]) -> Query:
    """The query in `body`; `field_of` returns a column's Arrow field or raises.

    Raises BadRequestError off the grammar, and whatever `field_of` raises.
    """
    try:
        return _decode(body, field_of)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise BadRequestError(f"the query cannot be decoded: {error}") from error


def _decode(body: bytes, field_of: Callable[[str], pa.Field]) -> Query:
    relation = Table.root(body)
    if relation.scalar(0, "B") != _SOURCE:
        raise BadRequestError("only a Source relation is supported")
    source = relation.need(1)
    names = tuple(field.text(0) for field in source.need(3).tables(1))
    nodes = number_nodes(field_of(name) for name in names)
    leaves = []
    for index in source.tables(4):
        node = _node(nodes, index.scalar(0, "I"))
        if not node.is_leaf:
            raise BadRequestError("only leaves can be projected")
        leaves.append(node.path)
    expression = source.table(2)
    predicate: Predicate = ()
    literals: list[Literal | None] = []
    if expression is not None:
        predicate = _conjunction(expression, nodes, literals)
    found = tuple(literal for literal in literals if literal is not None)
    return Query(names, tuple(leaves), predicate, found if len(found) == len(literals) else None)


def _node(nodes: Sequence[FieldNode], position: int) -> FieldNode:
    if position >= len(nodes):
        raise BadRequestError(f"there is no column at position {position}")
    return nodes[position]


def _call(expression: Table) -> tuple[str, list[Table]]:
    if expression.scalar(0, "B") != _CALL:
        raise BadRequestError("expected a function call in the predicate")
    call = expression.need(1)
    return call.text(0), list(call.tables(1))


def _conjunction(
    expression: Table, nodes: Sequence[FieldNode], literals: list[Literal | None]
) -> Predicate:
    name, arguments = _call(expression)
    if name != "and":
        raise BadRequestError(f"expected 'and' at the top of the predicate, not {name!r}")
    groups = []
    for argument in arguments:
        name, alternatives = _call(argument)
        if name != "or" or not alternatives:
            raise BadRequestError("expected a non-empty 'or' inside the predicate's 'and'")
        groups.append(tuple(_leaf(alternative, nodes, literals) for alternative in alternatives))
    return tuple(groups)


def _leaf(expression: Table, nodes: Sequence[FieldNode], literals: list[Literal | None]) -> Leaf:
    name, arguments = _call(expression)
    if name == "and" and len(arguments) == 2:
        lower, upper = (_leaf(argument, nodes, literals) for argument in arguments)
        if lower.op is not Op.GREATER_EQUAL or upper.op not in _RANGES or lower.path != upper.path:
            raise BadRequestError("a nested 'and' must be a range of one column")
        return Leaf(lower.path, _RANGES[upper.op], lower.values + upper.values)
    if name in _NULLNESS and len(arguments) == 1:
        return Leaf(_column(arguments[0], nodes), _NULLNESS[name])
    if name in _COMPARISONS and len(arguments) == 2:
        path = _column(arguments[0], nodes)
        value, literal = _literal_expression(arguments[1])
        literals.append(literal)
        return Leaf(path, _COMPARISONS[name], (value,))
    raise BadRequestError(f"unsupported function {name!r} with {len(arguments)} arguments")


def _column(expression: Table, nodes: Sequence[FieldNode]) -> FieldPath:
    if expression.scalar(0, "B") != _FIELD_REF:
        raise BadRequestError("expected a column as first argument")
    index = expression.need(1).need(1)
    return _node(nodes, index.scalar(0, "I")).path


def _decimal(octets: bytes) -> int:
    return int.from_bytes(octets, "little", signed=True)


def _literal_expression(expression: Table) -> tuple[Any, Literal | None]:
    if expression.scalar(0, "B") != _LITERAL:
        raise BadRequestError("expected a literal as second argument")
    return _literal(expression.need(1))


def _literal(literal: Table) -> tuple[Any, Literal | None]:
    """Its value, and where that stands, if it stands in one piece."""
    kind = literal.scalar(0, "B")
    value = literal.need(1)
    if code := _SCALAR_LITERALS.get(kind):
        scalar = value.scalar(0, code, 0.0 if code in "fd" else 0)  # FlatBuffers omit a zero
        place = value.place(0)
        return scalar, Literal(place, *_SCALARS[code]) if place else None
    if kind in (_STRING, _BINARY, _FIXED_BINARY):
        octets = value.octets(0)
        return octets, Literal(value.target(0) + 4, len(octets), bytes) if octets else None
    if kind == _DECIMAL:
        octets = value.octets(0)
        is_usual = len(octets) == _DECIMAL_BYTES
        found = Literal(value.target(0) + 4, _DECIMAL_BYTES, _decimal) if is_usual else None
        return _decimal(octets), found
    if kind == _FLOAT16:
        return float(np.uint16(value.scalar(0, "H")).view(np.float16)), None
    if kind == _LIST:
        return tuple(_literal(element)[0] for element in value.tables(0)), None
    raise BadRequestError(f"unsupported literal of kind {kind}")
