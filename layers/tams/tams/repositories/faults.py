"""The failures of VAST's protocol, translated once: what to try again, what to tell the caller."""

from collections.abc import Iterator
from contextlib import contextmanager

from tams.errors import BackendUnavailableError
from tams.vast.errors import VastUnavailableError


@contextmanager
def translated() -> Iterator[None]:
    """Raises ours where VAST cannot do it now; a VastRequestError stays what it is: our mistake."""
    try:
        yield
    except VastUnavailableError as error:
        raise BackendUnavailableError(str(error)) from error
