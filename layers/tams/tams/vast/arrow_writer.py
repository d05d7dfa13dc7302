"""Writes rows as an Arrow IPC stream: a schema, one record batch, and the end mark.

Source: Arrow's columnar format, and `serialize_record_batch` in vastdb/util.py.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flatbuffers import Builder

from tams.vast.column_types import Columns, ColumnType
from tams.vast.flat_pieces import padded, piece, table
from tams.vast.flat_reader import field, target
from tams.vast.query_message import schema_table

BATCH_BYTES_MAX = int(0.9 * (5 << 20))
"""The most VAST accepts in a request, with room for its headers. Source: vastdb/util.py."""

_VERSION_5 = 4
_SCHEMA, _RECORD_BATCH = 1, 3  # of union MessageHeader
_SOME_LENGTH = 1  # FlatBuffers would omit a zero
_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"


def row_streams(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yields streams small enough for VAST, one after the other. A key missing from a row becomes null."""
    if not rows:
        return
    stream = _stream(columns, rows)
    if len(stream) <= BATCH_BYTES_MAX or len(rows) == 1:
        yield stream
        return
    middle = len(rows) // 2
    yield from row_streams(columns, rows[:middle])
    yield from row_streams(columns, rows[middle:])


def _stream(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> bytes:
    body: list[bytes] = []
    nodes: list[int] = []
    buffers: list[int] = []
    position = 0
    for name, type_ in columns:
        values = [row.get(name) for row in rows]
        nulls = values.count(None)
        nodes += (len(values), nulls)
        validity = _bits([value is not None for value in values]) if nulls else b""
        for content in (validity, *_WRITERS[type_](values)):
            buffers += (position, len(content))
            body.append(padded(content))
            position += len(body[-1])
    batch = _batch_message(tuple(type_ for _, type_ in columns))
    message = batch.filled(len(rows), nodes, buffers, position)
    return b"".join((schema_message(columns), message, *body, _END))


def _texts(values: Sequence[Any]) -> tuple[bytes, ...]:
    encoded = [b"" if value is None else value.encode() for value in values]
    ends = [0]
    for each in encoded:
        ends.append(ends[-1] + len(each))
    return struct.pack(f"<{len(ends)}i", *ends), b"".join(encoded)


def _ints(values: Sequence[Any]) -> tuple[bytes, ...]:
    return (struct.pack(f"<{len(values)}q", *(value or 0 for value in values)),)


def _row_ids(values: Sequence[Any]) -> tuple[bytes, ...]:
    return (struct.pack(f"<{len(values)}Q", *values),)


def _sorted_row_ids(values: Sequence[Any]) -> tuple[bytes, ...]:
    return (b"".join(int(value).to_bytes(16, "little", signed=True) for value in values),)


def _bools(values: Sequence[Any]) -> tuple[bytes, ...]:
    return (_bits(values),)


def _bits(values: Sequence[Any]) -> bytes:
    number = sum(1 << row for row, value in enumerate(values) if value)
    return number.to_bytes((len(values) + 7) // 8, "little")


_WRITERS: dict[ColumnType, Callable[[Sequence[Any]], tuple[bytes, ...]]] = {
    ColumnType.TEXT: _texts,
    ColumnType.INT: _ints,
    ColumnType.BOOL: _bools,
    ColumnType.ROW_ID: _row_ids,
    ColumnType.SORTED_ROW_ID: _sorted_row_ids,
}


def _framed(metadata: bytes) -> bytes:
    """`metadata` is a multiple of 8 bytes long, and so is everything before it."""
    return struct.pack("<II", 0xFFFFFFFF, len(metadata)) + metadata


def _message(builder: Builder, tag: int, header: int, body_length: int = 0) -> int:
    slots = [
        ("Int64", 3, body_length),
        ("UOffsetTRelative", 2, header),
        ("Int16", 0, _VERSION_5),
        ("Uint8", 1, tag),
    ]
    return table(builder, slots, 5)


@lru_cache(maxsize=256)
def schema_message(columns: Columns) -> bytes:
    """The first message of a stream, which alone describes columns."""

    def make(builder: Builder) -> int:
        return _message(builder, _SCHEMA, schema_table(builder, columns))

    return _framed(padded(piece(make)))


class _BatchMessage:
    """The message of a record batch with these types; only its numbers change."""

    def __init__(self, types: tuple[ColumnType, ...]) -> None:
        buffers = sum(3 if type_ is ColumnType.TEXT else 2 for type_ in types)

        def make(builder: Builder) -> int:
            places = _structs(builder, buffers)
            nodes = _structs(builder, len(types))
            slots = [
                ("Int64", 0, _SOME_LENGTH),
                ("UOffsetTRelative", 1, nodes),
                ("UOffsetTRelative", 2, places),
            ]
            return _message(builder, _RECORD_BATCH, table(builder, slots, 4), _SOME_LENGTH)

        self._bytes = metadata = padded(piece(make))
        message = target(metadata, 0)
        batch = target(metadata, field(metadata, message, 2))
        self._body_length = field(metadata, message, 3)
        self._rows = field(metadata, batch, 0)
        self._nodes = target(metadata, field(metadata, batch, 1)) + 4
        self._buffers = target(metadata, field(metadata, batch, 2)) + 4

    def filled(self, rows: int, nodes: list[int], buffers: list[int], body_length: int) -> bytes:
        metadata = bytearray(self._bytes)
        struct.pack_into("<q", metadata, self._body_length, body_length)
        struct.pack_into("<q", metadata, self._rows, rows)
        struct.pack_into(f"<{len(nodes)}q", metadata, self._nodes, *nodes)
        struct.pack_into(f"<{len(buffers)}q", metadata, self._buffers, *buffers)
        return _framed(bytes(metadata))


_batch_message = lru_cache(maxsize=256)(_BatchMessage)


def _structs(builder: Builder, count: int) -> int:
    """A vector of structs of two 64-bit numbers, zero for now."""
    builder.StartVector(16, count, 8)
    for _ in range(2 * count):
        builder.PrependInt64(0)
    end: int = builder.EndVector()
    return end
