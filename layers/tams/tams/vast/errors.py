"""What can go wrong between us and VAST, by what it means for a transaction."""


class VastConflictError(Exception):
    """Another transaction changed what this one rests on: run the whole use case again."""


class VastConnectionError(Exception):
    """No answer came: for a commit, nobody knows yet whether it took effect."""


class VastUnavailableError(Exception):
    """VAST answered, but cannot do it now."""


class VastRequestError(Exception):
    """VAST calls our request wrong, which is a mistake of ours."""
