"""The failures that a person at a terminal may meet, and their wording."""

import re

from tams.errors import RequestFailedError

_ERROR_NUMBER = re.compile(r"\[Errno -?\d+\] ")


class CommandError(Exception):
    """Its text is the whole message to the user: what happened, and what to do."""


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
        return f"AWS: {error}"
    if library in {"httpx", "httpcore"}:
        return str(error)
    return (
        f"unexpected {type(error).__name__}: {error}. "
        "Set TAMS_DEBUG=1 to see where it comes from, and please report it."
    )
