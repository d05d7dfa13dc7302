"""Maps a request to its operation, and to the operation's name in counters and faults."""

from collections.abc import Callable, Mapping

from vastlocal.errors import BadRequestError, MethodNotAllowedError, NotImplementedByServerError
from vastlocal.http.messages import Request, Response
from vastlocal.operations import columns, projections, query, rows, schemas, tables
from vastlocal.operations.context import Call

Operation = Callable[[Call], Response]

TRANSACTION_KINDS: Mapping[str, str] = {
    "POST": "begin",
    "PUT": "commit",
    "DELETE": "rollback",
    "GET": "keep_alive",
}

_KINDS: Mapping[str, Mapping[str, str]] = {
    "schema": {
        "POST": "create_schema",
        "PUT": "rename_schema",
        "DELETE": "drop_schema",
        "GET": "list_schemas",
    },
    "table": {
        "POST": "create_table",
        "PUT": "alter_table",
        "DELETE": "drop_table",
        "GET": "list_tables",
    },
    "column": {
        "POST": "add_columns",
        "PUT": "rename_column",
        "DELETE": "drop_columns",
        "GET": "list_columns",
    },
    "sorted-columns": {"GET": "list_sorted_columns"},
    "stats": {"GET": "table_stats"},
    "projection": {
        "POST": "create_projection",
        "PUT": "rename_projection",
        "DELETE": "drop_projection",
        "GET": "list_projections",
    },
    "projection-columns": {"GET": "list_projection_columns"},
    "projection-stats": {"GET": "projection_stats"},
    "rows": {"POST": "insert_rows", "PUT": "update_rows", "DELETE": "delete_rows"},
    "data": {"GET": "query_rows"},
}
_NOT_EMULATED = {"blob-expansion"}

OPERATIONS: Mapping[str, Operation] = {
    operation.__name__: operation
    for operation in (
        schemas.create_schema,
        schemas.rename_schema,
        schemas.drop_schema,
        schemas.list_schemas,
        tables.create_table,
        tables.alter_table,
        tables.drop_table,
        tables.list_tables,
        tables.table_stats,
        columns.add_columns,
        columns.rename_column,
        columns.drop_columns,
        columns.list_columns,
        columns.list_sorted_columns,
        projections.create_projection,
        projections.rename_projection,
        projections.drop_projection,
        projections.list_projections,
        projections.list_projection_columns,
        projections.projection_stats,
        rows.insert_rows,
        rows.update_rows,
        rows.delete_rows,
        query.query_rows,
    )
}


def kind_of(request: Request) -> str:
    """The operation's name. Raises BadRequestError, MethodNotAllowedError, or "not emulated"."""
    if request.command == "transaction":
        kinds = TRANSACTION_KINDS
    elif not request.command and request.method == "HEAD" and len(request.segments) == 1:
        return "head_bucket"
    elif not request.command and request.method == "GET" and "list_type" in request.parameters:
        return "list_snapshots"
    elif request.command in _NOT_EMULATED or (request.command, request.method) == ("data", "POST"):
        raise NotImplementedByServerError(f"{request.method} ?{request.command} is not emulated")
    elif request.command in _KINDS:
        kinds = _KINDS[request.command]
    else:
        raise BadRequestError(f"unknown request: {request.method} ?{request.command}")
    if request.method not in kinds:
        raise MethodNotAllowedError(f"{request.method} ?{request.command}")
    return kinds[request.method]
