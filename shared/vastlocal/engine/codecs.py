"""How each Arrow type is stored in a SQLite cell.

Cells keep the order of the values, so comparisons and indexes work in SQL: text and binary compare bytewise,
times and dates are integers, unsigned 64-bit integers are shifted by 2^63, decimals too wide for an integer
become 16 big-endian bytes. Columns have no declared type, so SQLite converts nothing. Lists, maps and structs
are opaque Arrow messages, filtered after reading.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vastlocal.engine.array_values import longs, texts

NAN_CELL = "nan"
"""Stands for NaN, which SQLite would store as NULL. Text sorts above every number, so SQL can find it."""
_SIGN = 1 << 63
_WIDE_SIGN = 1 << 127
_INTEGER_DIGITS = 18


class Codec:
    """Integers, and all types that are integers underneath. Also the base of the others."""

    is_searchable = True

    def __init__(self, data_type: pa.DataType, physical: pa.DataType | None = None) -> None:
        self.data_type = data_type
        self._physical = physical or data_type
        self._is_long = self._physical == pa.int64()

    def raw(self, array: pa.Array) -> list[Any]:
        """The values in the form that a predicate's literals have."""
        integers = array if self._physical == self.data_type else array.view(self._physical)
        if self._is_long:
            return longs(integers)
        if integers.null_count:
            values: list[Any] = integers.to_pylist()
            return values
        plain: list[Any] = integers.to_numpy(zero_copy_only=False).tolist()
        return plain

    def encode(self, array: pa.Array) -> list[Any]:
        """One SQLite value per row."""
        return self.raw(array)

    def decode(self, cells: Sequence[Any]) -> pa.Array:
        array = pa.array(cells, self._physical)
        return array if self._physical == self.data_type else array.view(self.data_type)

    def values(self, cells: Sequence[Any]) -> Sequence[Any]:
        """The values of cells as `protocol.small_batch` writes them."""
        return cells

    def literal(self, raw: Any) -> tuple[str, Any]:
        """The SQL fragment and the bound value for a literal."""
        return "?", raw


class UnsignedLongCodec(Codec):
    def encode(self, array: pa.Array) -> list[Any]:
        return [None if value is None else value - _SIGN for value in self.raw(array)]

    def values(self, cells: Sequence[Any]) -> Sequence[Any]:
        return [None if cell is None else cell + _SIGN for cell in cells]

    def decode(self, cells: Sequence[Any]) -> pa.Array:
        return pa.array(self.values(cells), self.data_type)

    def literal(self, raw: Any) -> tuple[str, Any]:
        return "?", raw - _SIGN


class BooleanCodec(Codec):
    def raw(self, array: pa.Array) -> list[Any]:
        values: list[Any] = array.to_pylist()
        return values

    def decode(self, cells: Sequence[Any]) -> pa.Array:
        return pa.array(cells, pa.int8()).cast(pa.bool_())


class FloatCodec(Codec):
    def raw(self, array: pa.Array) -> list[Any]:
        values: list[Any] = array.cast(pa.float64()).to_pylist()
        return values

    def encode(self, array: pa.Array) -> list[Any]:
        values = self.raw(array)
        if pc.any(pc.is_nan(array)).as_py():
            return [NAN_CELL if v is not None and math.isnan(v) else v for v in values]
        return values

    def values(self, cells: Sequence[Any]) -> Sequence[Any]:
        if NAN_CELL in cells:
            return [math.nan if cell == NAN_CELL else cell for cell in cells]
        return cells

    def decode(self, cells: Sequence[Any]) -> pa.Array:
        return pa.array(self.values(cells), pa.float64()).cast(self.data_type)


class TextCodec(Codec):
    def raw(self, array: pa.Array) -> list[Any]:
        values: list[Any] = array.cast(pa.binary()).to_pylist()
        return values

    def encode(self, array: pa.Array) -> list[Any]:
        return texts(array)

    def decode(self, cells: Sequence[Any]) -> pa.Array:
        return pa.array(cells, self.data_type)

    def literal(self, raw: Any) -> tuple[str, Any]:
        try:
            return "?", raw.decode()
        except UnicodeDecodeError:  # the upper bound of a prefix need not be valid UTF-8
            return "CAST(? AS TEXT)", raw


class BinaryCodec(Codec):
    def raw(self, array: pa.Array) -> list[Any]:
        values: list[Any] = array.to_pylist()
        return values

    def decode(self, cells: Sequence[Any]) -> pa.Array:
        return pa.array(cells, self.data_type)


class DecimalCodec(Codec):
    """Unscaled integers, stored as SQLite integers where 18 digits hold them."""

    def __init__(self, data_type: pa.Decimal128Type) -> None:
        super().__init__(data_type)
        self._is_narrow = data_type.precision <= _INTEGER_DIGITS

    def raw(self, array: pa.Array) -> list[Any]:
        if not len(array):
            return []
        valid = array.is_valid().to_pylist()
        halves = np.frombuffer(array.buffers()[1], dtype="<i8")
        window = halves[2 * array.offset : 2 * (array.offset + len(array))]
        low, high = window[0::2].view("<u8").tolist(), window[1::2].tolist()
        return [(h << 64) | lo if ok else None for lo, h, ok in zip(low, high, valid, strict=True)]

    def encode(self, array: pa.Array) -> list[Any]:
        return [None if value is None else self._cell(value) for value in self.raw(array)]

    def _cell(self, value: int) -> Any:
        return value if self._is_narrow else (value + _WIDE_SIGN).to_bytes(16, "big")

    def decode(self, cells: Sequence[Any]) -> pa.Array:
        octets = b"".join(b"\0" * 16 if cell is None else self._octets(cell) for cell in cells)
        valid = pa.array([cell is not None for cell in cells], pa.bool_()).buffers()[1]
        return pa.Array.from_buffers(self.data_type, len(cells), [valid, pa.py_buffer(octets)])

    def values(self, cells: Sequence[Any]) -> Sequence[Any]:
        return [None if cell is None else self._value(cell) for cell in cells]

    def _value(self, cell: Any) -> int:
        value: int = cell if self._is_narrow else int.from_bytes(cell, "big") - _WIDE_SIGN
        return value

    def _octets(self, cell: Any) -> bytes:
        return self._value(cell).to_bytes(16, "little", signed=True)

    def literal(self, raw: Any) -> tuple[str, Any]:
        return "?", self._cell(raw)


class NestedCodec(Codec):
    """Each row is an Arrow message of its own. Only fixed-size lists can be compared, by elements."""

    is_searchable = False

    def __init__(self, data_type: pa.DataType) -> None:
        super().__init__(data_type)
        self._schema = pa.schema([pa.field("", data_type)])

    def raw(self, array: pa.Array) -> list[Any]:
        size = self.data_type.list_size
        elements = codec_for(self.data_type.value_type).raw(array.flatten())
        starts = iter(range(0, len(elements), size))  # flattening omitted the null lists
        return [
            tuple(elements[(start := next(starts)) : start + size]) if ok else None
            for ok in array.is_valid().to_pylist()
        ]

    def encode(self, array: pa.Array) -> list[Any]:
        batch = pa.record_batch([array], schema=self._schema)
        valid = array.is_valid().to_pylist()
        return [
            batch.slice(row, 1).serialize().to_pybytes() if ok else None
            for row, ok in enumerate(valid)
        ]

    def decode(self, cells: Sequence[Any]) -> pa.Array:
        null = pa.nulls(1, self.data_type)
        read: Callable[..., pa.RecordBatch] = pa.ipc.read_record_batch
        arrays = [
            null if cell is None else read(pa.py_buffer(cell), self._schema).column(0)
            for cell in cells
        ]
        return pa.concat_arrays(arrays) if arrays else pa.array([], self.data_type)


_FAMILIES: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType], Codec]], ...] = (
    (pa.types.is_uint64, UnsignedLongCodec),
    (pa.types.is_integer, Codec),
    (pa.types.is_string, TextCodec),
    (pa.types.is_boolean, BooleanCodec),
    (pa.types.is_floating, FloatCodec),
    (pa.types.is_decimal128, DecimalCodec),
    (pa.types.is_binary, BinaryCodec),
    (pa.types.is_fixed_size_binary, BinaryCodec),
    (pa.types.is_date32, lambda data_type: Codec(data_type, pa.int32())),
    (pa.types.is_time32, lambda data_type: Codec(data_type, pa.int32())),
    (pa.types.is_time64, lambda data_type: Codec(data_type, pa.int64())),
    (pa.types.is_timestamp, lambda data_type: Codec(data_type, pa.int64())),
)


@lru_cache(maxsize=1024)
def codec_for(data_type: pa.DataType) -> Codec:
    """The codec of a supported type. Which types are supported is decided when columns are created."""
    for belongs, make in _FAMILIES:
        if belongs(data_type):
            return make(data_type)
    return NestedCodec(data_type)
