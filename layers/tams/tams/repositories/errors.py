"""Translates the failures of VAST's protocol once: what to retry, and what to report to the caller."""

from collections.abc import Iterator
from contextlib import contextmanager

from tams.errors import BackendUnavailableError
from tams.vast.errors import VastUnavailableError


@contextmanager
def translated() -> Iterator[None]:
    """Raises our error when VAST is unavailable. A VastRequestError passes unchanged: it is our bug."""
    try:
        yield
    except VastUnavailableError as error:
        raise BackendUnavailableError(str(error)) from error
