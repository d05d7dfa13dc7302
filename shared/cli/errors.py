"""The failures that a person at a terminal may meet, and their wording."""

import re
from urllib.parse import urlsplit

from cli.addresses import is_local
from tams.errors import RequestFailedError

_ERROR_NUMBER = re.compile(r"\[Errno -?\d+\] ")


class CommandError(Exception):
    """Its text is the whole message to the user: what happened, and what to do."""


class RefusedError(CommandError):
    """The file itself is why it cannot be ingested; a retry fails until the file changes."""


class UnreachableError(CommandError):
    """The server does not answer, or does not let the caller in; all other requests would fail too."""


class NotMediaError(RefusedError):
    """The file has neither moving picture nor sound, such as a text or a still picture."""


def one_line(error: BaseException) -> str:
    """What happened, in one line, without the error numbers of libraries."""
    text = _ERROR_NUMBER.sub("", _words(error))
    return " ".join(text.split()) or type(error).__name__


def _words(error: BaseException) -> str:
    if isinstance(error, CommandError | RequestFailedError):
        return str(error)
    if reason := getattr(error, "strerror", None):  # of the system's errors and of PyAV's
        place = getattr(error, "filename", None)
        return f"{place}: {reason}" if place else str(reason)
    library = type(error).__module__.partition(".")[0]
    if library == "botocore":
        return _words_of_aws(error)
    if library in {"httpx", "httpcore"}:
        return str(error)
    return (
        f"unexpected {type(error).__name__}: {error}. "
        "Set TAMS_DEBUG=1 to see where it comes from, and please report it."
    )


def _words_of_aws(error: BaseException) -> str:
    if type(error).__name__ == "NoRegionError":
        return "AWS: no region is set. Set AWS_REGION, or a region in the AWS profile."
    endpoint = str(getattr(error, "kwargs", {}).get("endpoint_url") or "")
    if not is_local(endpoint):
        return f"AWS: {error}"
    parts = urlsplit(endpoint)
    return (
        f"{parts.scheme}://{parts.netloc} does not answer. Start the local server with `make run`, "
        "or give the address of another (see --help)."
    )
