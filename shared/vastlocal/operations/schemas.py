"""Schemas: POST, PUT, DELETE and GET `?schema`."""

from vastlocal.engine.definitions import SchemaDefinition
from vastlocal.errors import BadRequestError
from vastlocal.http.messages import Response
from vastlocal.operations.context import Call
from vastlocal.operations.paging import list_response
from vastlocal.protocol.flatbuf import Table
from vastlocal.protocol.replies import ObjectDetails, list_reply


def create_schema(call: Call) -> Response:
    key = call.schema_key()
    if not key[1]:
        raise BadRequestError("the path must name a schema")
    properties = Table.root(call.request.body).text(0) if call.request.body else ""
    schema = SchemaDefinition(call.database.new_object_id(), properties)
    parent = key[1].rpartition("/")[0]
    if parent:
        call.transaction.catalog.schema((key[0], parent))
    call.transaction.change_catalog(lambda c: c.create_schema(key, schema), key)
    return Response()


def rename_schema(call: Call) -> Response:
    """Also accepts new properties; the SDK sends one or the other."""
    key = call.schema_key()
    call.transaction.catalog.schema(key)
    if new_name := call.request.parameters.get("tabular-new-schema-name"):
        new_key = (key[0], new_name)
        call.transaction.change_catalog(lambda c: c.rename_schema(key, new_name), key, new_key)
    return Response()


def drop_schema(call: Call) -> Response:
    key = call.schema_key()
    call.transaction.change_catalog(lambda c: c.drop_schema(key), key)
    return Response()


def list_schemas(call: Call) -> Response:
    bucket, path = call.schema_key()
    if path:
        call.transaction.catalog.schema((bucket, path))
    found = call.transaction.catalog.child_schemas(bucket, path)
    details = [
        ObjectDetails(name, handle=schema.id, properties=schema.properties)
        for name, schema in found
    ]
    return list_response(
        call.request, details, lambda d: d.name, lambda page: list_reply([bucket], page)
    )
