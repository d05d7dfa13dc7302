"""Rows of a table as Arrow batches, a bounded number of bytes at once: from VAST, and to it.

An answer is framed as `tams.vast.arrow_reader` says. Here each column goes to Arrow as it is, because a value
of Python for each cell would cost most of the time.
"""

import struct
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pyarrow as pa

from tams.errors import BackendUnavailableError
from tams.repositories.table import Table
from tams.repositories.transaction import VastTransaction
from tams.vast.api import QUERY_BYTES_MAX
from tams.vast.arrow_reader import NO_MORE_ROWS, BrokenAnswerError
from tams.vast.column_types import Columns, ColumnType
from tams.vast.errors import VastConnectionError
from tams.vast.where import Predicate

_ARROW_TYPES = {
    ColumnType.TEXT: pa.utf8(),
    ColumnType.INT: pa.int64(),
    ColumnType.BOOL: pa.bool_(),
}
_KEEP_ALIVE, _FAILED = 0xFFFFFFFF, 0xFFFFFFFD
_STREAM, _FRAME = struct.Struct("<I"), struct.Struct("<QII")
"""The number of the stream; then the next row, and what an Arrow message begins with."""
_NEXT_ROW_BYTES = 8
_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"

_FIRST_ROWS, _ROWS_MAX = 16, 16_384
"""Nobody knows how wide the next rows are. A page of the first may have 2 MB in each, the widest that VAST
takes; wide ones after many narrow ones are asked for in larger pages, once."""
_PAGE_BYTES = 4 << 20
_PAUSES = (0.5, 2.0, 5.0)
"""Seconds before a page is read again after a lost connection."""


def arrow_schema(columns: Columns) -> pa.Schema:
    return pa.schema([(name, _ARROW_TYPES[type_]) for name, type_ in columns])


def read_rows(
    transaction: VastTransaction,
    table: Table,
    names: Sequence[str] | None = None,
    predicate: Predicate | None = None,
    *,
    rows_max: int | None = None,
) -> Iterator[pa.RecordBatch]:
    """Rows that match, in no order, with the columns `names`; without these two, whole rows, all of them.

    Each request asks for about as many as make 4 MiB, judged by those before, and never for more than
    `rows_max`.
    """
    types = dict(table.columns)
    columns = tuple((name, types[name]) for name in names or table.names)
    schema, selected = arrow_schema(columns), [name for name, _ in columns]
    next_row, rows_now, most = 0, _FIRST_ROWS, rows_max or _ROWS_MAX
    while next_row != NO_MORE_ROWS:
        read = partial(transaction.bulk_read, table, selected, predicate, next_row, rows_now)
        batches, next_row = _parsed(_page(read), schema)
        yield from batches
        rows = sum(batch.num_rows for batch in batches)
        if rows:
            size = sum(batch.nbytes for batch in batches)
            rows_now = max(1, min(most, rows * _PAGE_BYTES // max(size, 1), 8 * rows_now))


def insert_rows(transaction: VastTransaction, table: Table, batch: pa.RecordBatch) -> None:
    """One round trip for each 4.5 MiB."""
    if not batch.num_rows:
        return
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    stream = sink.getvalue()
    if stream.size <= QUERY_BYTES_MAX or batch.num_rows == 1:
        transaction.bulk_insert(table, stream.to_pybytes())
        return
    half = batch.num_rows // 2
    insert_rows(transaction, table, batch.slice(0, half))
    insert_rows(transaction, table, batch.slice(half))


def _page(read: Callable[[], bytes]) -> bytes:
    """Reading twice does no harm, so a lost connection does not end a long export."""
    for pause in _PAUSES:
        try:
            return read()
        except VastConnectionError:
            time.sleep(pause)
    return read()


def _parsed(body: bytes, schema: pa.Schema) -> tuple[list[pa.RecordBatch], int]:
    """The batches of an answer, and the row that follows them. Raises BackendUnavailableError."""
    try:
        return _batches(body, schema)
    except (struct.error, pa.ArrowInvalid, BrokenAnswerError) as error:
        raise BackendUnavailableError(
            "VAST's answer is truncated, malformed or of another type"
        ) from error


def _batches(body: bytes, schema: pa.Schema) -> tuple[list[pa.RecordBatch], int]:
    batches: list[pa.RecordBatch] = []
    columns: list[pa.Array] = []
    messages: list[bytes] = []
    reader, position, next_row = pa.BufferReader(body), 0, 0
    while True:
        (stream,) = _STREAM.unpack_from(body, position)
        position += _STREAM.size
        if stream == _KEEP_ALIVE:
            continue
        if stream >= _FAILED:
            break
        next_row, _, size = _FRAME.unpack_from(body, position)
        position += _NEXT_ROW_BYTES
        if size:
            reader.seek(position)
            pa.ipc.read_message(reader)
            end = reader.tell()
            messages.append(body[position:end])
            position = end
            continue
        position += len(_END)
        columns.append(_column(messages, schema.field(len(columns)).type))
        messages = []
        if len(columns) == len(schema):
            batches.append(pa.RecordBatch.from_arrays(columns, schema=schema))
            columns = []
    if stream == _FAILED or columns or messages:
        raise BrokenAnswerError("VAST could not finish the query")
    return batches, next_row


def _column(messages: list[bytes], data_type: pa.DataType) -> pa.Array:
    found = pa.ipc.open_stream(b"".join([*messages, _END])).read_all().column(0)
    if found.type != data_type:
        raise BrokenAnswerError(f"VAST sent {found.type} where {data_type} was expected")
    array = found.combine_chunks()
    return array if isinstance(array, pa.Array) else pa.array([], data_type)
