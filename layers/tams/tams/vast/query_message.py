"""The message of a select: columns, and a predicate as an expression of Arrow's compute IR.

Source: `build_query_data_request` in vastdb/_internal.py; slots and tags as in its generated modules.
"""

import struct
from functools import lru_cache

from flatbuffers import Builder

from tams.vast.column_types import Columns, ColumnType
from tams.vast.flat_pieces import (
    EMPTY_TEXT_BYTES,
    EMPTY_VECTOR_BYTES,
    OFFSET,
    offsets,
    padded,
    piece,
    table,
    with_tables,
    with_text,
)
from tams.vast.flat_reader import field, target
from tams.vast.where import BETWEEN, Comparison, Predicate, Value, clauses

_TAG, _REFERENCE = "Uint8", "UOffsetTRelative"
_FIELD_INDEX = 5  # of union Deref
_LITERAL, _FIELD_REF, _CALL = 1, 2, 3  # of union ExpressionImpl
_SOURCE = 9  # of union RelationImpl
_INT, _UTF8, _BOOL, _DECIMAL = 2, 5, 6, 7  # of union Type
_BOOL_LITERAL, _INT64_LITERAL, _STRING_LITERAL = 1, 5, 22  # of union LiteralImpl
_SOME_INT = 0x7A5A_1234_0BAD_CAFE
"""Placeholder in a piece for the number to be filled in."""


def query_message(columns: Columns, names: tuple[str, ...], predicate: Predicate | None) -> bytes:
    """Asks for the columns `names` of the rows that match. Raises ValueError, KeyError."""
    conjunction = clauses(predicate)
    shape = _shape(columns, names, frozenset(any_[0].column for any_ in conjunction))
    parts = [with_tables(_call("or"), [shape.piece(each) for each in any_]) for any_ in conjunction]
    return shape.message(with_tables(_call("and"), parts))


class _Shape:
    """All of a message except the predicate, and the positions of its columns."""

    def __init__(self, columns: Columns, names: tuple[str, ...], compared: frozenset[str]) -> None:
        types = dict(columns)
        queried = [*names, *sorted(compared.difference(names))]
        self._head = padded(_head(tuple((name, types[name]) for name in queried), len(names)))
        source = target(self._head, field(self._head, target(self._head, 0), 1))
        self._slot = field(self._head, source, 2)
        self._positions = {name: (queried.index(name), types[name]) for name in compared}

    def piece(self, comparison: Comparison) -> bytes:
        position, column_type = self._positions[comparison.column]
        if not comparison.values:
            return _test(comparison.function, position)
        if comparison.function == BETWEEN:
            lowest, highest = comparison.values
            bounds = (("greater_equal", lowest), ("less_equal", highest))
            parts = [_comparison(name, position, column_type, each) for name, each in bounds]
            return with_tables(_call("and"), parts)
        (value,) = comparison.values
        return _comparison(comparison.function, position, column_type, value)

    def message(self, predicate: bytes) -> bytes:
        root = len(self._head) + OFFSET.unpack_from(predicate)[0]
        before, after = self._head[: self._slot], self._head[self._slot + OFFSET.size :]
        return b"".join((before, OFFSET.pack(root - self._slot), after, predicate))


_shape = lru_cache(maxsize=1024)(_Shape)


def _head(queried: Columns, projected: int) -> bytes:
    def make(builder: Builder) -> int:
        name = builder.CreateString("")
        schema = schema_table(builder, queried)
        indices = [table(builder, [("Uint32", 0, each)], 1) for each in range(projected)]
        projection = offsets(builder, indices)
        slots = [
            (_REFERENCE, 1, name),
            (_REFERENCE, 3, schema),
            (_REFERENCE, 2, name),  # a place for the predicate's offset
            (_REFERENCE, 4, projection),
        ]
        source = table(builder, slots, 5)
        return table(builder, [(_TAG, 0, _SOURCE), (_REFERENCE, 1, source)], 2)

    return piece(make)


def schema_table(builder: Builder, columns: Columns) -> int:
    """Arrow's Schema."""
    fields = offsets(builder, [_field(builder, type_, name) for name, type_ in columns])
    return table(builder, [(_REFERENCE, 1, fields)], 4)


def _field(builder: Builder, column_type: ColumnType, name: str | None = None) -> int:
    """A column, or without a name, the type of a literal."""
    named = [] if name is None else [(_REFERENCE, 0, builder.CreateString(name))]
    tag, slots, count = _TYPES[column_type]
    type_ = table(builder, slots, count)
    return table(builder, [*named, ("Bool", 1, True), (_TAG, 2, tag), (_REFERENCE, 3, type_)], 7)


_TYPES: dict[ColumnType, tuple[int, list[tuple[str, int, int]], int]] = {
    ColumnType.TEXT: (_UTF8, [], 0),
    ColumnType.INT: (_INT, [("Int32", 0, 64), ("Bool", 1, True)], 2),
    ColumnType.BOOL: (_BOOL, [], 0),
    ColumnType.ROW_ID: (_INT, [("Int32", 0, 64)], 2),
    ColumnType.SORTED_ROW_ID: (_DECIMAL, [("Int32", 0, 38)], 3),
}


def _call_of(builder: Builder, function: str, arguments: int) -> int:
    name = builder.CreateString(function)
    call = table(builder, [(_REFERENCE, 0, name), (_REFERENCE, 1, arguments)], 3)
    return _expression(builder, _CALL, call)


def _expression(builder: Builder, tag: int, impl: int) -> int:
    return table(builder, [(_TAG, 0, tag), (_REFERENCE, 1, impl)], 2)


def _column(builder: Builder, position: int) -> int:
    index = table(builder, [("Uint32", 0, position)], 1)
    reference = table(builder, [(_TAG, 0, _FIELD_INDEX), (_REFERENCE, 1, index)], 3)
    return _expression(builder, _FIELD_REF, reference)


@lru_cache(maxsize=8)
def _call(function: str) -> bytes:
    """A call whose arguments follow."""

    def make(builder: Builder) -> int:
        return _call_of(builder, function, offsets(builder, []))

    return piece(make, cut=EMPTY_VECTOR_BYTES)


@lru_cache(maxsize=256)
def _test(function: str, position: int) -> bytes:
    def make(builder: Builder) -> int:
        return _call_of(builder, function, offsets(builder, [_column(builder, position)]))

    return padded(piece(make))


def _comparison(function: str, position: int, column_type: ColumnType, value: Value) -> bytes:
    if column_type is ColumnType.TEXT:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} cannot be compared with a text column")
        return with_text(_text_comparison(function, position), value)
    if column_type is ColumnType.BOOL:
        return _bool_comparison(function, position, bool(value))
    before, after = _int_comparison(function, position)
    return b"".join((before, struct.pack("<q", value), after))


def _compared(builder: Builder, function: str, position: int, literal: int) -> int:
    arguments = [_column(builder, position), _expression(builder, _LITERAL, literal)]
    return _call_of(builder, function, offsets(builder, arguments))


def _literal(builder: Builder, tag: int, impl: int, column_type: ColumnType) -> int:
    slots = [(_TAG, 0, tag), (_REFERENCE, 1, impl), (_REFERENCE, 2, _field(builder, column_type))]
    return table(builder, slots, 3)


@lru_cache(maxsize=512)
def _text_comparison(function: str, position: int) -> bytes:
    def make(builder: Builder) -> int:
        impl = table(builder, [(_REFERENCE, 0, builder.CreateString(""))], 1)
        literal = _literal(builder, _STRING_LITERAL, impl, ColumnType.TEXT)
        return _compared(builder, function, position, literal)

    return piece(make, cut=EMPTY_TEXT_BYTES)


@lru_cache(maxsize=512)
def _int_comparison(function: str, position: int) -> tuple[bytes, bytes]:
    """The bytes before and after the number."""

    def make(builder: Builder) -> int:
        impl = table(builder, [("Int64", 0, _SOME_INT)], 1)
        literal = _literal(builder, _INT64_LITERAL, impl, ColumnType.INT)
        return _compared(builder, function, position, literal)

    before, after = padded(piece(make)).split(struct.pack("<q", _SOME_INT))
    return before, after


@lru_cache(maxsize=512)
def _bool_comparison(function: str, position: int, value: bool) -> bytes:
    def make(builder: Builder) -> int:
        impl = table(builder, [("Bool", 0, value)], 1)
        literal = _literal(builder, _BOOL_LITERAL, impl, ColumnType.BOOL)
        return _compared(builder, function, position, literal)

    return padded(piece(make))
