"""Tables: POST, PUT, DELETE and GET `?table`, GET `?stats`."""

from dataclasses import replace

from vastlocal.engine.definitions import TableDefinition, new_table
from vastlocal.engine.types import check_type
from vastlocal.errors import BadRequestError, InternalServerError, NotImplementedByServerError
from vastlocal.http.messages import Request, Response
from vastlocal.operations.context import Call
from vastlocal.operations.paging import list_response
from vastlocal.protocol.arrow_ipc import read_schema
from vastlocal.protocol.replies import ObjectDetails, list_reply, table_stats_reply


def create_table(call: Call) -> Response:
    key = call.table_key()
    call.transaction.catalog.schema(key[:2])
    if call.request.parameters.get("topic_partitions"):
        raise NotImplementedByServerError("topics are not emulated")
    if "tabular-vector-index-column" in call.request.headers:
        raise NotImplementedByServerError("vector indexes are not emulated")
    fields = list(read_schema(call.request.body))
    for field in fields:
        check_type(field)
    table = new_table(call.database.new_object_id(), key[2], fields)
    if call.request.flag("use-external-row-ids-alloc"):
        table = replace(table, has_external_row_ids=True)
    if positions := _sorting_key(call.request):
        table = _with_sorting_key(table, positions)
    call.transaction.change_catalog(lambda c: c.create_table(key, table), key)
    return Response()


def _sorting_key(request: Request) -> list[int]:
    """Column positions from the headers `tabular-sorted-column-N`."""
    positions: list[int] = []
    while (name := f"tabular-sorted-column-{len(positions)}") in request.headers:
        positions.append(request.integer(name, 0))
    return positions


def _with_sorting_key(table: TableDefinition, positions: list[int]) -> TableDefinition:
    if table.is_sorted:
        raise BadRequestError(f"table {table.name} already has a sorting key")
    if any(not 0 <= position < len(table.columns) for position in positions):
        # VAST's own answer, asserted by the SDK's test_tables_elysium_no_such_column.
        raise InternalServerError("We encountered an internal error. Please try again.")
    if len(set(positions)) != len(positions):
        raise BadRequestError("a sorting key names a column twice")
    columns = [table.columns[position] for position in positions]
    if any(column.field.type.num_fields for column in columns):
        raise BadRequestError("a nested column cannot be sorted by")
    ids = tuple(column.id for column in columns)
    return replace(table, sorting_key=ids).with_written(frozenset(ids))


def alter_table(call: Call) -> Response:
    """Renames a table, or gives a sorting key to one that has none."""
    key = call.table_key()
    call.transaction.catalog.table(key)
    if positions := _sorting_key(call.request):
        call.transaction.change_catalog(
            lambda c: c.alter_table(key, lambda t: _with_sorting_key(t, positions)), key
        )
    if target := call.request.parameters.get("tabular-new-table-name"):
        path, _, name = target.rpartition("/")
        new_key = (key[0], path or key[1], name)
        call.transaction.change_catalog(lambda c: c.rename_table(key, new_key), key, new_key)
    return Response()


def drop_table(call: Call) -> Response:
    key = call.table_key()
    call.transaction.change_catalog(lambda c: c.drop_table(key), key)
    return Response()


def details_of(call: Call, table: TableDefinition) -> ObjectDetails:
    """Includes the statistics as this transaction sees them."""
    stats = call.transaction.stats(table.id)
    return ObjectDetails(
        table.name,
        handle=table.id,
        rows=stats.rows,
        size_bytes=stats.size_bytes,
        is_sorted=table.is_sorted,
        inserted_rows=stats.inserted_rows,
    )


def list_tables(call: Call) -> Response:
    bucket, path = call.schema_key()
    call.transaction.catalog.schema((bucket, path))
    return list_response(
        call.request,
        call.transaction.catalog.tables_in((bucket, path)),
        lambda table: table.name,
        lambda page: list_reply([bucket, path], [details_of(call, table) for table in page]),
    )


def table_stats(call: Call) -> Response:
    table = call.table()
    return Response(table_stats_reply(details_of(call, table), table.has_external_row_ids))
