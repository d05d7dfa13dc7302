"""Columns: POST, PUT, DELETE and GET `?column`, GET `?sorted-columns`."""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from vastlocal.engine.definitions import Column, TableDefinition
from vastlocal.engine.types import check_type
from vastlocal.errors import BadRequestError
from vastlocal.http.messages import Response
from vastlocal.operations.context import Call
from vastlocal.operations.paging import list_response
from vastlocal.protocol.arrow_ipc import read_schema, write_schema

_LIST_BYTES_MAX = 5 << 20


def add_columns(call: Call) -> Response:
    key = call.table_key()
    fields = list(read_schema(call.request.body))
    for field in fields:
        check_type(field)
    call.transaction.change_catalog(
        lambda c: c.alter_table(key, lambda t: t.with_columns(fields)), key
    )
    return Response()


def rename_column(call: Call) -> Response:
    key = call.table_key()
    old, new = call.parameter("tabular-column-name"), call.parameter("tabular-new-column-name")
    call.transaction.change_catalog(
        lambda c: c.alter_table(key, lambda t: _renamed(t, old, new)), key
    )
    return Response()


def _renamed(table: TableDefinition, old: str, new: str) -> TableDefinition:
    column = table.column(old)
    if new in table.by_name:
        raise BadRequestError(f"column {new} exists", "TabularColumnAlreadyExists")
    renamed = Column(column.id, column.field.with_name(new))
    return replace(table, columns=tuple(renamed if c is column else c for c in table.columns))


def drop_columns(call: Call) -> Response:
    key = call.table_key()
    names = read_schema(call.request.body).names
    call.transaction.change_catalog(lambda c: c.alter_table(key, lambda t: _without(t, names)), key)
    return Response()


def _without(table: TableDefinition, names: Sequence[str]) -> TableDefinition:
    ids = {table.column(name).id for name in names}
    used = set(table.sorting_key)
    for projection in table.projections:
        used.update(projection.sorted_ids, projection.unsorted_ids)
    if ids & used:
        raise BadRequestError("a column of a sorting key or projection cannot be dropped")
    return replace(table, columns=tuple(c for c in table.columns if c.id not in ids))


def fields_response(call: Call, fields: Sequence[pa.Field]) -> Response:
    """A page of fields as an Arrow schema. Raises BadRequestError when it is too large to send."""
    response = list_response(
        call.request, fields, lambda field: field.name, lambda page: write_schema(pa.schema(page))
    )
    if len(response.body) > _LIST_BYTES_MAX:
        raise BadRequestError(f"list column result size is over {_LIST_BYTES_MAX} bytes")
    return response


def list_columns(call: Call) -> Response:
    fields = [column.field for column in call.table().columns]
    if call.request.flag("tabular-only-column-names"):
        fields = [pa.field(field.name, pa.bool_()) for field in fields]
    return fields_response(call, fields)


def list_sorted_columns(call: Call) -> Response:
    table = call.table()
    if not table.is_sorted:
        raise BadRequestError("Listing sorted columns of a table without elysium enabled")
    return fields_response(call, [table.by_id[i].field for i in table.sorting_key])
