"""Reads the values of long arrays from their buffers: a third of the time that `to_pylist` takes."""

from itertools import pairwise
from typing import Any

import pyarrow as pa

_SHORT_ROWS = 16
"""Up to here, `to_pylist` is faster."""


def texts(array: pa.StringArray) -> list[Any]:
    rows = len(array)
    if rows <= _SHORT_ROWS:
        plain: list[Any] = array.to_pylist()
        return plain
    _, ends_buffer, octets_buffer = array.buffers()
    start, end = 4 * array.offset, 4 * (array.offset + rows + 1)
    ends = memoryview(ends_buffer)[start:end].cast("i").tolist()
    first, last = ends[0], ends[-1]
    octets = b"" if octets_buffer is None else octets_buffer[first:last].to_pybytes()
    if octets.isascii():
        text = octets.decode("ascii")
        values: list[Any] = [text[a - first : b - first] for a, b in pairwise(ends)]
    else:
        values = [octets[a - first : b - first].decode() for a, b in pairwise(ends)]
    return _with_nulls(array, values)


def longs(array: pa.Int64Array) -> list[Any]:
    rows = len(array)
    if rows <= _SHORT_ROWS:
        plain: list[Any] = array.to_pylist()
        return plain
    start, end = 8 * array.offset, 8 * (array.offset + rows)
    values = memoryview(array.buffers()[1])[start:end].cast("q").tolist()
    return _with_nulls(array, values)


def _with_nulls(array: pa.Array, values: list[Any]) -> list[Any]:
    nulls = array.null_count
    if not nulls:
        return values
    if nulls == len(values):
        return [None] * nulls
    valid = array.is_valid().to_pylist()
    return [value if ok else None for value, ok in zip(values, valid, strict=True)]
