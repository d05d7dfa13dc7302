"""What can go wrong, named by meaning and ignorant of HTTP; `tams.api.errors` holds the status codes."""


class TamsError(Exception):
    """An expected failure: its text is for the caller and carries no secret."""


class InvalidRequestError(TamsError):
    """The request breaks a rule of the specification."""


class ForbiddenError(TamsError):
    """The caller may not do this, or the Flow is read-only."""


class NotFoundError(TamsError):
    """There is no such Source, Flow or Object; `because` tells what is known of it."""

    def __init__(self, kind: str, identifier: str, because: str = "") -> None:
        super().__init__(f"{kind} {identifier!r} does not exist{because and f': {because}'}")
        self.kind = kind
        self.identifier = identifier


class ConflictError(TamsError):
    """Others depend on what would change (extensions only)."""


class BackendUnavailableError(TamsError):
    """VAST or S3 did not answer in time; the same request may succeed later."""
