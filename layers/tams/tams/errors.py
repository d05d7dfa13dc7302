"""The expected failures, named by meaning and ignorant of HTTP; `tams.api.errors` holds the status codes."""

from typing import Self

QUOTED_MAX = 80


def clipped(text: str) -> str:
    """A client's text made safe to repeat: short, without characters that a terminal or a log interprets."""
    kept = text[:QUOTED_MAX]
    clean = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in kept)
    return clean if len(text) <= QUOTED_MAX else f"{clean}…"


def quoted(text: str) -> str:
    """The same between quotation marks."""
    return repr(clipped(text))


class TamsError(Exception):
    """A failure that we expect. Each one here, and in the packages below, is one of these."""


class RequestFailedError(TamsError):
    """It becomes the answer to a request: its text is for the caller and carries no secret."""

    def add_place(self, place: str) -> None:
        """Say in front of the text where in the request the fault is."""
        self.args = (f"{place}: {self}",)


class InvalidRequestError(RequestFailedError):
    """The request breaks a rule of the specification."""


class ForbiddenError(RequestFailedError):
    """The caller may not do this, or the Flow is read-only."""


class NotFoundError(RequestFailedError):
    """The Source, Flow or Object does not exist; `because` says what is known about it."""

    def __init__(self, kind: str, identifier: str, because: str = "") -> None:
        reason = because and f", because {because}"
        super().__init__(f"The requested {kind} does not exist: {quoted(identifier)}{reason}")
        self.kind = kind
        self.identifier = identifier

    @classmethod
    def of_invalid_id(cls, kind: str, identifier: str, fault: str) -> Self:
        """Nothing can have this id: there is nothing to find, and nothing can be created (GEN-5)."""
        error = cls(kind, identifier)
        error.args = (
            f"The requested {kind} ID in the path is invalid: {quoted(identifier)} {fault}",
        )
        return error


class ConflictError(RequestFailedError):
    """The request contradicts what is stored: the id is taken, or others depend on it (extensions only)."""


class UndecodableMediaError(RequestFailedError):
    """An Object is damaged, too large, or of a codec that this service cannot decode (extensions only)."""


class BackendUnavailableError(RequestFailedError):
    """VAST or S3 did not answer in time; the same request may succeed later."""
