"""Why a caller is refused, in words that carry no secret."""

from tams.errors import TamsError


class CredentialsError(TamsError):
    """The credentials are not valid."""


class NoCredentialsError(CredentialsError):
    """The request has no credentials."""


class TooManyAttemptsError(TamsError):
    """Too many passwords were wrong, so this one was not checked."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            f"too many wrong passwords: try again in {retry_after_seconds} s, or use a token"
        )
        self.retry_after_seconds = retry_after_seconds


class CredentialStoreUnavailableError(TamsError):
    """Keys or accounts are temporarily unavailable, so credentials cannot be checked."""
