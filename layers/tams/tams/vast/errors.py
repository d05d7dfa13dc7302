"""The failures between us and VAST, by their meaning for a transaction."""

from tams.errors import TamsError


class VastConflictError(TamsError):
    """Another transaction changed what this one depends on: run the whole use case again."""


class VastConnectionError(TamsError):
    """No answer came. Whether a commit took effect is then unknown."""


class VastSilentError(VastConnectionError):
    """VAST took too long to answer, or even to accept the connection."""


class VastUnavailableError(TamsError):
    """VAST answered, but cannot serve the request now."""


class VastMissingError(VastUnavailableError):
    """VAST does not know the table or the transaction: the two look the same.

    It no longer knows a transaction that expired or died with its server.
    """


class VastRequestError(TamsError):
    """VAST rejected the request as malformed, which is a bug of ours."""
