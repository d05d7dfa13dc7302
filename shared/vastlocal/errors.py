"""The expected failures, named by meaning, each with the HTTP status and S3 code that VAST uses."""


class TabularError(Exception):
    """An expected failure, returned as S3 XML. The SDK maps the status, and for some errors the code."""

    status = 500
    code = "InternalError"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class BadRequestError(TabularError):
    status = 400
    code = "InvalidArgument"


class ForbiddenError(TabularError):
    status = 403
    code = "AccessDenied"


class NotFoundError(TabularError):
    status = 404
    code = "NoSuchKey"


class MethodNotAllowedError(TabularError):
    status = 405
    code = "MethodNotAllowed"


class ConflictError(TabularError):
    status = 409
    code = "TabularConflict"


class InternalServerError(TabularError):
    status = 500
    code = "InternalError"


class NotImplementedByServerError(TabularError):
    status = 501
    code = "NotImplemented"


class SlowDownError(TabularError):
    status = 503
    code = "SlowDown"


class InsufficientCapacityError(TabularError):
    status = 507
    code = "InsufficientCapacity"


class TooLongError(Exception):
    """The work would block the event loop. Nothing has been done yet; repeat it in a thread."""
