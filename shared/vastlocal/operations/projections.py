"""Semi-sorted projections: `?projection`, `?projection-columns`, `?projection-stats`."""

from dataclasses import replace

from vastlocal.engine.definitions import Projection, TableDefinition
from vastlocal.errors import BadRequestError, ConflictError
from vastlocal.http.messages import Response
from vastlocal.operations.columns import fields_response
from vastlocal.operations.context import Call
from vastlocal.operations.paging import list_response
from vastlocal.operations.tables import details_of
from vastlocal.protocol.flatbuf import Table
from vastlocal.protocol.replies import list_reply, projection_stats_reply

_SORTED = 1


def create_projection(call: Call) -> Response:
    key, name = call.table_key(), call.parameter("name")
    wanted = [(c.text(0), c.scalar(1, "b")) for c in Table.root(call.request.body).tables(0)]
    projection_id = call.database.new_object_id()

    def add(table: TableDefinition) -> TableDefinition:
        return _with_projection(table, projection_id, name, wanted)

    call.transaction.change_catalog(lambda c: c.alter_table(key, add), key)
    return Response()


def _with_projection(
    table: TableDefinition, projection_id: int, name: str, wanted: list[tuple[str, int]]
) -> TableDefinition:
    if any(projection.name == name for projection in table.projections):
        raise ConflictError(f"projection {name} exists", "TabularProjectionAlreadyExists")
    columns = [(table.column(column), kind) for column, kind in wanted]
    sorted_columns = [column for column, kind in columns if kind == _SORTED]
    if not sorted_columns:
        raise BadRequestError("a projection needs a sorted column")
    if any(column.field.type.num_fields for column in sorted_columns):
        raise BadRequestError("a nested column cannot be sorted by")
    sorted_ids = tuple(column.id for column in sorted_columns)
    unsorted_ids = tuple(column.id for column, kind in columns if kind != _SORTED)
    projection = Projection(projection_id, name, sorted_ids, unsorted_ids)
    changed = replace(table, projections=(*table.projections, projection))
    return changed.with_written(frozenset(sorted_ids))


def rename_projection(call: Call) -> Response:
    key, name = call.table_key(), call.parameter("name")
    if new_name := Table.root(call.request.body).text(0):
        call.transaction.change_catalog(
            lambda c: c.alter_table(key, lambda t: _renamed(t, name, new_name)), key
        )
    return Response()


def _renamed(table: TableDefinition, name: str, new_name: str) -> TableDefinition:
    old = table.projection(name)
    if any(projection.name == new_name for projection in table.projections):
        raise ConflictError(f"projection {new_name} exists", "TabularProjectionAlreadyExists")
    new = replace(old, name=new_name)
    return replace(table, projections=tuple(new if p is old else p for p in table.projections))


def drop_projection(call: Call) -> Response:
    key, name = call.table_key(), call.parameter("name")
    call.transaction.change_catalog(lambda c: c.alter_table(key, lambda t: _without(t, name)), key)
    return Response()


def _without(table: TableDefinition, name: str) -> TableDefinition:
    gone = table.projection(name)
    return replace(table, projections=tuple(p for p in table.projections if p is not gone))


def list_projections(call: Call) -> Response:
    key, table = call.table_key(), call.table()
    details = details_of(call, table)
    listed = [
        replace(details, name=projection.name, handle=projection.id, is_sorted=False)
        for projection in table.projections
    ]
    return list_response(call.request, listed, lambda d: d.name, lambda page: list_reply(key, page))


def list_projection_columns(call: Call) -> Response:
    table = call.table()
    projection = table.projection(call.parameter("name"))
    ids = (*projection.sorted_ids, *projection.unsorted_ids)
    return fields_response(call, [table.by_id[column_id].field for column_id in ids])


def projection_stats(call: Call) -> Response:
    table = call.table()
    table.projection(call.parameter("name"))
    stats = call.transaction.stats(table.id)
    return Response(projection_stats_reply(stats.rows, stats.size_bytes))
