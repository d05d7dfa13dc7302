"""Arrow schemas and single record batches in request and response bodies."""

import pyarrow as pa

from vastlocal.errors import BadRequestError, NotImplementedByServerError


def read_schema(body: bytes) -> pa.Schema:
    """The schema message of a create-table or column request. Raises BadRequestError."""
    try:
        return pa.ipc.read_schema(pa.py_buffer(body))
    except (pa.ArrowException, OSError) as error:
        raise BadRequestError(f"the body is not an Arrow schema: {error}") from error


def read_batch(body: bytes) -> pa.RecordBatch:
    """The one record batch of an insert, update or delete, fully validated.

    Raises BadRequestError, and NotImplementedByServerError for a batch of no columns, as VAST does.
    """
    try:
        with pa.ipc.open_stream(pa.py_buffer(body)) as reader:
            batches = list(reader)
        for batch in batches:
            batch.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise BadRequestError(f"the body is not an Arrow stream: {error}") from error
    if len(batches) != 1:
        raise BadRequestError(f"a request carries exactly one record batch, not {len(batches)}")
    if batches[0].num_columns == 0:
        raise NotImplementedByServerError("a record batch without columns")
    return batches[0]


def write_schema(schema: pa.Schema) -> bytes:
    """A stream with only a schema, the form in which columns are listed."""
    sink = pa.BufferOutputStream()
    pa.ipc.new_stream(sink, schema).close()
    written: bytes = sink.getvalue().to_pybytes()
    return written


def write_batch(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    written: bytes = sink.getvalue().to_pybytes()
    return written
