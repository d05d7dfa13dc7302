"""The vastdb SDK, against which tests hold what we send and what we make."""

import logging
from typing import Any

import pyarrow as pa
import vastdb
from vastdb.config import BackoffConfig

from tams.repositories.session import VastConnection
from tams.vast.column_types import Columns, ColumnType

# The SDK warns on every select and logs each refused request.
logging.getLogger("vastdb").setLevel(logging.CRITICAL)

_ARROW_TYPES = {
    ColumnType.TEXT: pa.utf8(),
    ColumnType.INT: pa.int64(),
    ColumnType.BOOL: pa.bool_(),
}


def sdk_session(connection: VastConnection) -> Any:
    access_key, secret_key = connection.find_keys()
    seconds = connection.timeout_seconds
    return vastdb.connect(
        endpoint=connection.endpoints[0],
        access=access_key,
        secret=secret_key,
        timeout=(min(3.0, seconds), seconds),
        backoff_config=BackoffConfig(max_tries=3, max_time=seconds, max_value=0.5),
    )


def arrow_schema(columns: Columns) -> pa.Schema:
    return pa.schema([(name, _ARROW_TYPES[type_]) for name, type_ in columns])
