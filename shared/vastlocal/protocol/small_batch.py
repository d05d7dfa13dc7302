"""Writes record batches of one column and few rows, without pyarrow.

pyarrow needs about fifteen microseconds for an array, a batch and its message, whatever their size, and most
answers have one row of many columns. The bytes here are those that pyarrow writes.
"""

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import pyarrow as pa

from vastlocal.protocol.flatbuf import Table

ROWS_MAX = 256
"""From here on, pyarrow is faster."""
Buffers = Callable[[Sequence[Any]], tuple[bytes, ...]]
"""From values, None among them, to the buffers that follow the validity."""
_PADDING = tuple(b"\0" * ((8 - size) % 8) for size in range(8))
_PREAMBLE_BYTES = 8
"""Continuation mark and size, before the flatbuffer."""

_FORMATS: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_int64, "q"),
    (pa.types.is_uint64, "Q"),
    (pa.types.is_timestamp, "q"),
    (pa.types.is_time64, "q"),
    (pa.types.is_float64, "d"),
    (pa.types.is_int32, "i"),
    (pa.types.is_uint32, "I"),
    (pa.types.is_date32, "i"),
    (pa.types.is_time32, "i"),
    (pa.types.is_float32, "f"),
    (pa.types.is_int16, "h"),
    (pa.types.is_uint16, "H"),
    (pa.types.is_int8, "b"),
    (pa.types.is_uint8, "B"),
)


class SmallBatch:
    """Writes batches of one type: the message that pyarrow writes, with its numbers filled in."""

    def __init__(self, data_type: pa.DataType, buffers: Buffers) -> None:
        self._buffers = buffers
        sample = pa.record_batch([pa.nulls(1, data_type)], names=[""]).serialize().to_pybytes()
        size = _PREAMBLE_BYTES + struct.unpack_from("<i", sample, 4)[0]
        self._message = sample[:size]
        message = Table.root(sample[_PREAMBLE_BYTES:size])
        batch = message.need(2)
        nodes, described = batch.target(1), batch.target(2)
        self._body_size_at = _PREAMBLE_BYTES + message.place(3)
        self._rows_at = _PREAMBLE_BYTES + batch.place(0)
        self._node_at = _PREAMBLE_BYTES + nodes + 4
        self._buffers_at = _PREAMBLE_BYTES + described + 4
        count = struct.unpack_from("<I", self._message, self._buffers_at - 4)[0]
        self._described = struct.Struct(f"<{2 * count}q")

    def parts(self, values: Sequence[Any]) -> list[bytes]:
        """The batch's message, in pieces."""
        nulls = values.count(None)
        validity = _bits([value is not None for value in values]) if nulls else b""
        pieces = [b""]
        places: list[int] = []
        position = 0
        for octets in (validity, *self._buffers(values)):
            size = len(octets)
            padding = _PADDING[size % 8]
            places += (position, size)
            position += size + len(padding)
            pieces += (octets, padding)
        message = bytearray(self._message)
        rows = len(values)
        _INT64.pack_into(message, self._body_size_at, position)
        _INT64.pack_into(message, self._rows_at, rows)
        _NODE.pack_into(message, self._node_at, rows, nulls)
        self._described.pack_into(message, self._buffers_at, *places)
        pieces[0] = bytes(message)
        return pieces


_INT64 = struct.Struct("<q")
_NODE = struct.Struct("<qq")


def _bits(flags: Sequence[Any]) -> bytes:
    number = 0
    for index, flag in enumerate(flags):
        if flag:
            number |= 1 << index
    return number.to_bytes(-(-len(flags) // 8), "little")


def _texts(values: Sequence[Any]) -> tuple[bytes, ...]:
    return _octets([b"" if value is None else value.encode() for value in values])


def _octets(values: Sequence[Any]) -> tuple[bytes, ...]:
    encoded = [value or b"" for value in values]
    ends = accumulate(map(len, encoded), initial=0)
    return struct.pack(f"<{len(encoded) + 1}i", *ends), b"".join(encoded)


def _booleans(values: Sequence[Any]) -> tuple[bytes, ...]:
    return (_bits(values),)


def _numbers(code: str) -> Buffers:
    def write(values: Sequence[Any]) -> tuple[bytes, ...]:
        numbers = [value or 0 for value in values] if None in values else values
        return (struct.pack(f"<{len(values)}{code}", *numbers),)

    return write


def _wide(values: Sequence[Any]) -> tuple[bytes, ...]:
    return (b"".join((value or 0).to_bytes(16, "little", signed=True) for value in values),)


def _buffers_for(data_type: pa.DataType) -> Buffers | None:
    if pa.types.is_string(data_type):
        return _texts
    if pa.types.is_binary(data_type):
        return _octets
    if pa.types.is_boolean(data_type):
        return _booleans
    if pa.types.is_decimal128(data_type):
        return _wide
    return next((_numbers(code) for belongs, code in _FORMATS if belongs(data_type)), None)


@lru_cache(maxsize=1024)
def small_batch_for(data_type: pa.DataType) -> SmallBatch | None:
    """None for nested types and other rare ones. Values are ints for times and unscaled decimals."""
    buffers = _buffers_for(data_type)
    return None if buffers is None else SmallBatch(data_type, buffers)
