"""Why a caller is not let in, in words that carry no secret."""


class CredentialsError(Exception):
    """They are there, and are not good."""


class NoCredentialsError(CredentialsError):
    """There are none."""


class SourceUnavailableError(Exception):
    """Keys or accounts cannot be had just now, so that nothing can be said of the credentials."""
