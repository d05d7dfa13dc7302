"""Why a caller is not let in, in words that carry no secret."""


class CredentialsError(Exception):
    """They are there, and are not good."""


class NoCredentialsError(CredentialsError):
    """There are none."""


class TooManyAttemptsError(Exception):
    """Too many passwords were wrong; this one was not checked."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            f"too many wrong passwords: try again in {retry_after_seconds} s, or use a token"
        )
        self.retry_after_seconds = retry_after_seconds


class SourceUnavailableError(Exception):
    """Keys or accounts are unavailable just now, so nobody can judge the credentials."""
