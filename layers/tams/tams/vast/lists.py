"""Reads the answers that describe definitions: lists of names, the columns of a table, its statistics.

Source: `list_schemas`, `list_tables`, `list_columns` and `get_table_stats` in vastdb/_internal.py, slots as
in its generated modules; Arrow's columnar format.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from tams.vast.arrow_reader import BrokenAnswerError
from tams.vast.flat_reader import field, target

T = TypeVar("T")

_UINT8, _INT32, _UINT32 = struct.Struct("<B"), struct.Struct("<i"), struct.Struct("<I")
_INT64 = struct.Struct("<q")
_MESSAGE_HEAD = struct.Struct("<II")
_CONTINUATION = 0xFFFFFFFF
_SCHEMA = 1  # of union MessageHeader
_SCORE = (1 << 63) - 1
_INT, _UTF8, _BOOL = 2, 5, 6  # of union Type


@dataclass(frozen=True, slots=True)
class TableStats:
    """`sorting_score` is VAST's own measure of how much is sorted already."""

    rows: int
    is_sorted: bool
    size_bytes: int = 0
    sorting_score: int = 0
    sorting_done: bool = False


def names(answer: bytes, slot: int) -> list[str]:
    """The names of the objects in this slot of a list."""
    return _read(
        lambda: [_text(answer, each, 0) for each in _tables(answer, target(answer, 0), slot)]
    )


def columns(answer: bytes) -> dict[str, str]:
    """Names and types, in order. A type that none of our tables has is called by its number in Arrow."""
    return _read(lambda: _columns(answer))


def table_stats(answer: bytes) -> TableStats:
    return _read(lambda: _stats(answer, target(answer, 0)))


def _stats(answer: bytes, root: int) -> TableStats:
    score = _number(answer, root, 6, _INT64)
    return TableStats(
        rows=_number(answer, root, 0, _INT64),
        is_sorted=bool(_number(answer, root, 5, _UINT8)),
        size_bytes=_number(answer, root, 1, _INT64),
        sorting_score=score & _SCORE,
        sorting_done=score < 0,  # its highest bit
    )


def _read(work: Callable[[], T]) -> T:
    try:
        return work()
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise BrokenAnswerError("VAST's answer is truncated or malformed") from error


def _columns(answer: bytes) -> dict[str, str]:
    continuation, size = _MESSAGE_HEAD.unpack_from(answer)
    if continuation != _CONTINUATION:
        raise BrokenAnswerError("VAST's answer is not an Arrow stream")
    message = answer[_MESSAGE_HEAD.size : _MESSAGE_HEAD.size + size]
    root = target(message, 0)
    if _number(message, root, 1, _UINT8) != _SCHEMA:
        raise BrokenAnswerError("VAST's answer is not an Arrow schema")
    schema = target(message, field(message, root, 2))
    fields = _tables(message, schema, 1)
    return {_text(message, each, 0): _type(message, each) for each in fields}


def _type(message: bytes, column: int) -> str:
    tag = _number(message, column, 2, _UINT8)
    if tag == _INT:
        type_ = target(message, field(message, column, 3))
        sign = "int" if _number(message, type_, 1, _UINT8) else "uint"
        return f"{sign}{_number(message, type_, 0, _INT32)}"
    return {_UTF8: "utf8", _BOOL: "bool"}.get(tag, f"Arrow type {tag}")


def _tables(buffer: bytes, table: int, slot: int) -> Iterator[int]:
    """The positions of the tables in a vector."""
    if place := field(buffer, table, slot):
        vector = target(buffer, place)
        for number in range(_UINT32.unpack_from(buffer, vector)[0]):
            yield target(buffer, vector + 4 + 4 * number)


def _text(buffer: bytes, table: int, slot: int) -> str:
    if not (place := field(buffer, table, slot)):
        return ""
    start = target(buffer, place)
    length = _UINT32.unpack_from(buffer, start)[0]
    return buffer[start + 4 : start + 4 + length].decode()


def _number(buffer: bytes, table: int, slot: int, kind: struct.Struct) -> int:
    place = field(buffer, table, slot)
    return int(kind.unpack_from(buffer, place)[0]) if place else 0
