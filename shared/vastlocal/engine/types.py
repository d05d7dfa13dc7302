"""Which Arrow types a column may have, and the checks for a written batch."""

import pyarrow as pa
import pyarrow.compute as pc

from vastlocal.engine.definitions import TableDefinition
from vastlocal.errors import BadRequestError

CELL_BYTES_MAX = 126 * 1024
_SCHEMAS_MAX = 256
_UNSUPPORTED = "TabularUnsupportedColumnType"
_MISMATCH = "TabularMismatchColumnType"
_INVALID = "TabularInvalidColumnTypeParam"

_SCALARS = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_binary,
    pa.types.is_fixed_size_binary,
    pa.types.is_decimal128,
    pa.types.is_date32,
    pa.types.is_time,
    pa.types.is_timestamp,
)
_LIST_ELEMENTS = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal128,
    pa.types.is_date32,
    pa.types.is_time,
    pa.types.is_timestamp,
)


def check_type(field: pa.Field) -> None:
    """Raises BadRequestError for a type that VAST does not store."""
    data_type = field.type
    if pa.types.is_fixed_size_list(data_type):
        _check_fixed_list(field)
    elif pa.types.is_struct(data_type):
        for index in range(data_type.num_fields):
            check_type(data_type.field(index))
    elif pa.types.is_map(data_type):
        check_type(data_type.key_field)
        check_type(data_type.item_field)
    elif pa.types.is_list(data_type):
        check_type(data_type.value_field)
    elif not any(accepts(data_type) for accepts in _SCALARS):
        raise BadRequestError(f"column {field.name}: type {data_type}", _UNSUPPORTED)


def _check_fixed_list(field: pa.Field) -> None:
    element = field.type.value_field
    if field.type.list_size < 1:
        raise BadRequestError(f"column {field.name}: a fixed list of no elements", _INVALID)
    if element.nullable or not any(accepts(element.type) for accepts in _LIST_ELEMENTS):
        raise BadRequestError(f"column {field.name}: type {field.type}", _UNSUPPORTED)
    if field.type.list_size * element.type.bit_width > CELL_BYTES_MAX * 8:
        raise BadRequestError(f"column {field.name}: longer than a cell may be", _UNSUPPORTED)


def check_batch(table: TableDefinition, batch: pa.RecordBatch, size_bytes: int) -> list[int]:
    """Checks that the batch's columns exist, have the table's types, and each cell fits. Returns their ids.

    `size_bytes` is at least the size of any cell: a small batch needs no look at its cells.

    Raises BadRequestError or NotFoundError.
    """
    schema = batch.schema
    key = tuple(schema.names)
    checked = table.plans.get(key)
    if checked is None or not checked[0].equals(schema):
        _check_schema(table, schema)
        if len(table.plans) >= _SCHEMAS_MAX:
            table.plans.clear()
        checked = table.plans[key] = (schema, [table.column(name).id for name in key])
    if size_bytes > CELL_BYTES_MAX:
        for name, array in zip(key, batch.columns, strict=True):
            _check_cells(name, array)
    column_ids: list[int] = checked[1]
    return column_ids


def _check_schema(table: TableDefinition, schema: pa.Schema) -> None:
    if len(set(schema.names)) != len(schema):
        raise BadRequestError("a column is named twice")
    for field in schema:
        column = table.column(field.name).field
        is_strict = pa.types.is_fixed_size_list(column.type)
        if field.type != column.type or (is_strict and field.nullable != column.nullable):
            raise BadRequestError(
                f"column {field.name} is {column.type}, not {field.type}", _MISMATCH
            )


def _check_cells(name: str, array: pa.Array) -> None:
    if array.nbytes <= CELL_BYTES_MAX:
        return
    if pa.types.is_string(array.type) or pa.types.is_binary(array.type):
        longest = pc.max(pc.binary_length(array)).as_py() or 0
    elif pa.types.is_nested(array.type):
        longest = max(array.slice(row, 1).nbytes for row in range(len(array)))
    else:
        return
    if longest > CELL_BYTES_MAX:
        raise BadRequestError(
            f"column {name}: a cell of {longest} bytes, more than {CELL_BYTES_MAX}",
            "TabularCellTooLarge",
        )
