"""The SDK's failures, translated once: what to try again, what to tell the caller."""

from collections.abc import Iterator
from contextlib import contextmanager

import urllib3
from vastdb import errors
from vastdb._internal import QueryDataInternalError

from tams.errors import BackendUnavailableError


class TransactionConflictError(Exception):
    """Another transaction changed what this one rests on: run the whole use case again."""


class ConnectionLostError(Exception):
    """No answer came: for a commit, nobody knows yet whether it took effect."""


# The SDK lets several failures of the connection through as they are: requests' own, which are OSErrors,
# and urllib3's from the middle of an answer.
_LOST = (errors.ConnectionError, OSError, urllib3.exceptions.HTTPError)
_UNAVAILABLE = (
    errors.ServiceUnavailable,
    errors.InternalServerError,
    errors.RequestTimeout,
    errors.UnexpectedError,
    QueryDataInternalError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raises ours for the SDK's. A BadRequest stays what it is: our mistake."""
    try:
        yield
    except errors.Conflict as error:
        raise TransactionConflictError from error
    except _LOST as error:
        raise ConnectionLostError(_reason(error)) from error
    except errors.Forbidden as error:
        raise BackendUnavailableError("VAST refuses our access key") from error
    except errors.NotFound as error:
        # A transaction that expired or died with its server looks the same as a missing table.
        raise BackendUnavailableError("VAST does not know the transaction or the table") from error
    except errors.InsufficientCapacity as error:
        raise BackendUnavailableError("VAST is full: it has no room for what is written") from error
    except _UNAVAILABLE as error:
        raise BackendUnavailableError(f"VAST answered {_reason(error)}") from error
    except ValueError as error:
        # The SDK does not know the statuses of proxies (429, 502, 504).
        if "is not a valid HttpStatus" in str(error):
            raise BackendUnavailableError(f"VAST answered {str(error).split()[0]}") from error
        raise


def _reason(error: Exception) -> str:
    if isinstance(error, errors.HttpError):
        return f"{error.status} {error.code or ''}".strip()
    cause = error.cause if isinstance(error, errors.ConnectionError) else error
    return type(cause).__name__
