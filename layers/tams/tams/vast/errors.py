"""What can go wrong between us and VAST, by what it means for a transaction."""


class VastConflictError(Exception):
    """Another transaction changed what this one rests on: run the whole use case again."""


class VastConnectionError(Exception):
    """No answer came: for a commit, nobody knows yet whether it took effect."""


class VastUnavailableError(Exception):
    """VAST answered, but cannot do it now."""


class VastMissingError(VastUnavailableError):
    """VAST does not know the table, or the transaction: the two look the same.

    A transaction that expired or died with its server is one it does not know.
    """


class VastRequestError(Exception):
    """VAST calls our request wrong, which is a mistake of ours."""
