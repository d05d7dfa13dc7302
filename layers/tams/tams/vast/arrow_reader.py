"""Reads the answer to a select: one stream of Arrow IPC messages per column, framed by VAST.

A frame is `<u32 stream> <u64 next row>` and one message. Each column has a schema, batches, and an end mark.
Source: `_iter_query_data_response_columns` in vastdb/_internal.py, and Arrow's columnar format.
"""

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from tams.vast.column_types import ColumnType
from tams.vast.errors import VastUnavailableError
from tams.vast.flat_reader import field, target

NO_MORE_ROWS = (1 << 48) - 1
"""The next row that marks an answer as complete."""

_KEEP_ALIVE, _COMPLETED, _FAILED = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_UINT32, _UINT64 = struct.Struct("<I").unpack_from, struct.Struct("<Q").unpack_from
_INT64 = struct.Struct("<q").unpack_from
_MESSAGE = struct.Struct("<II").unpack_from
_CONTINUATION = 0xFFFFFFFF
_RECORD_BATCH = 3  # of union MessageHeader
_DECIMAL_BYTES = 16

Column = list[Any]


class BrokenAnswerError(VastUnavailableError):
    """The answer stops too early, or does not match the request."""


class Answer:
    """Reads one answer. The columns, of `types`, arrive one after the other, then again from the first."""

    def __init__(self, body: bytes, types: Sequence[ColumnType]) -> None:
        self._body = body
        self._types = types
        self.next_row = 0

    def pages(self) -> list[list[Column]]:
        """The columns of each page. Raises VastUnavailableError."""
        try:
            return self._pages()
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise BrokenAnswerError("VAST's answer is truncated or malformed") from error

    def _pages(self) -> list[list[Column]]:
        pages: list[list[Column]] = []
        page: list[Column] = []
        column: Column = []
        position = 0
        body = self._body
        while True:
            stream = _UINT32(body, position)[0]
            position += 4
            if stream == _KEEP_ALIVE:
                continue
            if stream >= _FAILED:
                break
            self.next_row = _UINT64(body, position)[0]
            continuation, size = _MESSAGE(body, position + 8)
            position += 16
            if continuation != _CONTINUATION:
                raise BrokenAnswerError("VAST's answer is not an Arrow stream")
            if size:
                position = self._message(column, self._types[len(page)], position, size)
                continue
            page.append(column)
            column = []
            if len(page) == len(self._types):
                pages.append(page)
                page = []
        if stream == _FAILED or page or column:
            raise BrokenAnswerError("VAST could not finish the query")
        return pages

    def _message(self, column: Column, type_: ColumnType, position: int, size: int) -> int:
        """Adds the content of a message to its column. Returns where the next frame begins."""
        body = self._body
        message = target(body, position)
        length = field(body, message, 3)
        start = position + size
        if body[field(body, message, 1)] == _RECORD_BATCH:
            column += _values(body, target(body, field(body, message, 2)), start, type_)
        return start + (_INT64(body, length)[0] if length else 0)


def counted(body: bytes) -> int:
    """The rows in an answer to a select of no columns: its batches have only a length."""
    return sum(len(page[0]) for page in Answer(body, (ColumnType.NOTHING,)).pages())


def _values(body: bytes, batch: int, start: int, type_: ColumnType) -> Column:
    rows = field(body, batch, 0)
    count = _INT64(body, rows)[0] if rows else 0
    if type_ is ColumnType.NOTHING:
        return [None] * count
    if field(body, batch, 3):
        raise BrokenAnswerError(
            "VAST sent compressed columns, although the request did not allow compression"
        )
    node = target(body, field(body, batch, 1)) + 4
    nulls = _INT64(body, node + 8)[0]
    buffers = target(body, field(body, batch, 2)) + 4
    places = struct.unpack_from(f"<{2 * _BUFFERS[type_]}q", body, buffers)
    values = _READERS[type_](body, [start + place for place in places[::2]], count)
    if nulls:
        valid = body[start + places[0] : start + places[0] + places[1]]
        values = [
            value if valid[row >> 3] >> (row & 7) & 1 else None for row, value in enumerate(values)
        ]
    return values


def _texts(body: bytes, places: list[int], count: int) -> Column:
    _, ends_at, start = places
    if not count:
        return []
    ends = struct.unpack_from(f"<{count + 1}i", body, ends_at)
    encoded = body[start : start + ends[-1]]
    if encoded.isascii():
        text = encoded.decode("ascii")
        return [text[a:b] for a, b in pairwise(ends)]
    return [encoded[a:b].decode() for a, b in pairwise(ends)]


def _ints(body: bytes, places: list[int], count: int) -> Column:
    return list(struct.unpack_from(f"<{count}q", body, places[1]))


def _row_ids(body: bytes, places: list[int], count: int) -> Column:
    return list(struct.unpack_from(f"<{count}Q", body, places[1]))


def _sorted_row_ids(body: bytes, places: list[int], count: int) -> Column:
    start = places[1]
    return [
        int.from_bytes(body[at : at + _DECIMAL_BYTES], "little", signed=True)
        for at in range(start, start + _DECIMAL_BYTES * count, _DECIMAL_BYTES)
    ]


def _bools(body: bytes, places: list[int], count: int) -> Column:
    start = places[1]
    return [bool(body[start + (row >> 3)] >> (row & 7) & 1) for row in range(count)]


_READERS = {
    ColumnType.TEXT: _texts,
    ColumnType.INT: _ints,
    ColumnType.BOOL: _bools,
    ColumnType.ROW_ID: _row_ids,
    ColumnType.SORTED_ROW_ID: _sorted_row_ids,
}
_BUFFERS = {type_: 3 if type_ is ColumnType.TEXT else 2 for type_ in _READERS}
