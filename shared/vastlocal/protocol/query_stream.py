"""Frames a query's answer: `<u32 stream id> <u64 next row id> <one Arrow IPC message>`, repeated.

Per projected leaf: a schema message, record batches, an end-of-stream mark. The stream id is the sub-split.
Source: _iter_query_data_response_columns in vastdb/_internal.py.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa

from vastlocal.protocol.field_nodes import narrow
from vastlocal.protocol.predicate import FieldPath

NO_MORE_ROWS = (1 << 48) - 1
"""The row id that marks a sub-split as finished."""

COMPLETED = struct.pack("<I", 0xFFFFFFFE)
FAILED = struct.pack("<I", 0xFFFFFFFD)

_PREFIX = struct.Struct("<IQ")
_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"


@lru_cache(maxsize=4096)
def _schema_message(data_type: pa.DataType | None) -> bytes:
    fields = [] if data_type is None else [pa.field("", data_type)]
    message: bytes = pa.schema(fields).serialize().to_pybytes()
    return message


def _stream(
    prefix: bytes, data_type: pa.DataType | None, batches: Sequence[pa.RecordBatch]
) -> bytes:
    parts = [prefix, _schema_message(data_type)]
    for batch in batches:
        parts += (prefix, batch.serialize().to_pybytes())
    parts += (prefix, _END_OF_STREAM)
    return b"".join(parts)


def leaf_stream(
    stream_id: int, next_row_id: int, chunks: Sequence[pa.Array], leaf: FieldPath
) -> bytes:
    """One leaf of a column, which is given in `chunks` (at least one, possibly empty)."""
    arrays = [narrow(chunk, leaf.children) for chunk in chunks]
    batches = [pa.record_batch([array], names=[""]) for array in arrays if len(array)]
    return _stream(_PREFIX.pack(stream_id, next_row_id), arrays[0].type, batches)


def small_stream(
    stream_id: int, next_row_id: int, data_type: pa.DataType, batch: Sequence[bytes]
) -> list[bytes]:
    """One leaf whose only batch is already a message, in pieces."""
    prefix = _PREFIX.pack(stream_id, next_row_id)
    end = prefix + _END_OF_STREAM
    return [prefix + _schema_message(data_type) + prefix, *batch, end]


def count_stream(stream_id: int, next_row_id: int, rows: int) -> bytes:
    """The answer to a query of no columns: one batch that has only a length."""
    batch = pa.record_batch([pa.nulls(rows)], names=[""]).select([])
    return _stream(_PREFIX.pack(stream_id, next_row_id), None, [batch])
