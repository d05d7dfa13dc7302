"""Writes rows: POST, PUT and DELETE `?rows`."""

from dataclasses import replace

import pyarrow as pa

from vastlocal.engine.catalog import Catalog
from vastlocal.engine.codecs import codec_for
from vastlocal.engine.definitions import EXTERNAL_ROW_ID, ROW_ID, TableDefinition, stored_row_id
from vastlocal.engine.types import check_batch
from vastlocal.errors import BadRequestError, ConflictError, TooLongError
from vastlocal.http.messages import Response
from vastlocal.operations.context import Call
from vastlocal.protocol.arrow_ipc import read_batch, write_batch

_QUICK_BYTES = 128 << 10


def _require_thread(call: Call) -> None:
    if not call.in_thread and len(call.request.body) > _QUICK_BYTES:
        raise TooLongError


def insert_rows(call: Call) -> Response:
    """Returns the new rows' ids, as VAST has done since 5.1."""
    _require_thread(call)
    call.database.require_space()
    table = call.table()
    batch = read_batch(call.request.body)
    if ROW_ID in batch.schema.names:
        raise BadRequestError(f"an insert cannot name {ROW_ID}")
    size_bytes = batch.get_total_buffer_size()
    column_ids = check_batch(table, batch, size_bytes)
    if EXTERNAL_ROW_ID in batch.schema.names:
        row_ids = _external_row_ids(call, table, batch)
    else:
        first = call.database.reserve_row_ids(table.id, batch.num_rows)
        row_ids = list(range(first, first + batch.num_rows))
    if row_ids:
        call.transaction.insert(table, row_ids, column_ids, _cells(batch), size_bytes)
    answer = pa.record_batch([table.wire_row_ids(row_ids)], names=[ROW_ID])
    return Response(write_batch(answer))


def _cells(batch: pa.RecordBatch) -> list[list[object]]:
    return [codec_for(array.type).encode(array) for array in batch.columns]


def _external_row_ids(call: Call, table: TableDefinition, batch: pa.RecordBatch) -> list[int]:
    """Row ids that the client chose; from then on the table counts as one with external row ids."""
    row_ids: list[int] = batch.column(EXTERNAL_ROW_ID).to_pylist()
    if any(row_id is None or row_id < 0 for row_id in row_ids):
        raise BadRequestError("an external row id is missing or negative")
    if len(set(row_ids)) != len(row_ids) or call.transaction.has_rows(table.id, row_ids):
        raise ConflictError("an external row id is taken")
    call.database.use_row_ids_up_to(table.id, max(row_ids, default=-1))
    if not table.has_external_row_ids:
        key = call.table_key()

        def mark(catalog: Catalog) -> Catalog:
            return catalog.alter_table(key, lambda t: replace(t, has_external_row_ids=True))

        call.transaction.change_catalog(mark)
    return row_ids


def _row_ids(batch: pa.RecordBatch) -> list[int]:
    if ROW_ID not in batch.schema.names:
        raise BadRequestError(f"the batch has no column {ROW_ID}")
    array = batch.column(ROW_ID)
    is_wide = pa.types.is_decimal128(array.type) and array.type.scale == 0
    if array.null_count or not (array.type == pa.uint64() or is_wide):
        raise BadRequestError(f"{ROW_ID} must be uint64 or decimal128, without nulls")
    return [stored_row_id(row_id) for row_id in codec_for(array.type).raw(array)]


def update_rows(call: Call) -> Response:
    _require_thread(call)
    call.database.require_space()
    table = call.table()
    batch = read_batch(call.request.body)
    row_ids = _row_ids(batch)
    values = batch.drop_columns([ROW_ID])
    if not values.num_columns:
        raise BadRequestError("an update names no columns")
    column_ids = check_batch(table, values, values.get_total_buffer_size())
    if set(column_ids) & set(table.sorting_key):
        raise BadRequestError("columns of the sorting key cannot be updated")
    call.transaction.update(table, row_ids, column_ids, _cells(values))
    return Response()


def delete_rows(call: Call) -> Response:
    _require_thread(call)
    table = call.table()
    call.transaction.delete(table, _row_ids(read_batch(call.request.body)))
    return Response()
