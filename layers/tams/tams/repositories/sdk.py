"""The vastdb SDK, for changes to tables. It takes 0.7 s to import, so no request does."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import urllib3
import vastdb
from vastdb import errors
from vastdb.config import BackoffConfig
from vastdb.transaction import Transaction

from tams.errors import BackendUnavailableError
from tams.repositories.session import VastConnection
from tams.vast.column_types import Columns, ColumnType
from tams.vast.errors import VastConflictError, VastConnectionError

# The SDK warns on every select and logs each refused request; we raise what matters.
logging.getLogger("vastdb").setLevel(logging.CRITICAL)

_ARROW_TYPES = {
    ColumnType.TEXT: pa.utf8(),
    ColumnType.INT: pa.int64(),
    ColumnType.BOOL: pa.bool_(),
}

_REQUESTS_OVERRIDES = {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
"""The variables that requests, and so the SDK, prefers to the authorities that a program gives it."""

# The SDK passes on several connection failures unchanged: those of requests, which are OSErrors,
# and those of urllib3 from the middle of an answer.
_LOST = (errors.ConnectionError, OSError, urllib3.exceptions.HTTPError)
_UNAVAILABLE = (
    errors.ServiceUnavailable,
    errors.InternalServerError,
    errors.RequestTimeout,
    errors.UnexpectedError,
)


def sdk_session(connection: VastConnection) -> Any:
    """At the first endpoint that answers. Connecting is one round trip."""
    *others, last = connection.endpoints
    for endpoint in others:
        try:
            return _connected(connection, endpoint)
        except _LOST:
            continue
    return _connected(connection, last)


def _connected(connection: VastConnection, endpoint: str) -> Any:
    access_key, secret_key = connection.find_keys()
    if ca_file := connection.find_ca_file():
        for name in _REQUESTS_OVERRIDES & os.environ.keys():
            os.environ[name] = ca_file
    seconds = connection.timeout_seconds
    return vastdb.connect(
        endpoint=endpoint,
        access=access_key,
        secret=secret_key,
        ssl_verify=ca_file or True,
        timeout=(min(3.0, seconds), seconds),
        backoff_config=BackoffConfig(max_tries=3, max_time=seconds, max_value=0.5),
    )


def sdk_transaction(session: Any, txid: int) -> Transaction:
    """A transaction that another party has begun, and ends."""
    return Transaction(session, txid=txid)


def arrow_schema(columns: Columns) -> pa.Schema:
    return pa.schema([(name, _ARROW_TYPES[type_]) for name, type_ in columns])


@contextmanager
def translated() -> Iterator[None]:
    """Raises `tams.vast` errors for the SDK's failures. A BadRequest passes unchanged: it is our bug."""
    try:
        yield
    except errors.Conflict as error:
        raise VastConflictError from error
    except _LOST as error:
        raise VastConnectionError(type(error).__name__) from error
    except errors.Forbidden as error:
        raise BackendUnavailableError("VAST rejected the access key of this service") from error
    except errors.NotFound as error:
        # A transaction that expired or ended with its server looks the same as a missing table.
        raise BackendUnavailableError(
            "VAST does not know the transaction, which may have expired, or the table"
        ) from error
    except errors.InsufficientCapacity as error:
        raise BackendUnavailableError("VAST is full: it has no room for this write") from error
    except _UNAVAILABLE as error:
        raise BackendUnavailableError(f"VAST answered {type(error).__name__}") from error
    except ValueError as error:
        # The SDK does not know the statuses of proxies (429, 502, 504).
        if "is not a valid HttpStatus" in str(error):
            raise BackendUnavailableError(f"VAST answered {str(error).split()[0]}") from error
        raise
