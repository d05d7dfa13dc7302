"""Access keys from settings or secrets; those in secrets are rotated without a deployment."""

import json
import time
from collections.abc import Callable

from aws_lambda_powertools import Logger

from tams.access_keys import Keys
from tams.errors import BackendUnavailableError
from tams.runtime.secrets import SecretUnavailableError, read_secret
from tams.settings.section import KeySettings

_AGAIN_SECONDS = 30.0
"""The pause before an unreadable secret is read again, so that not every request tries."""

logger = Logger()


def key_finder(settings: KeySettings, max_age_seconds: float) -> Callable[[], Keys] | None:
    """Returns the currently valid keys, or raises BackendUnavailableError. None if none are configured."""
    if settings.secret_arn is not None:
        return SecretKeys(settings.secret_arn, max_age_seconds)
    if settings.access_key is None or settings.secret_key is None:
        return None
    given = settings.access_key.get_secret_value(), settings.secret_key.get_secret_value()
    return lambda: given


class SecretKeys:
    """Reads the keys again after `max_age_seconds`. While that fails, the previous keys remain in use."""

    def __init__(
        self,
        arn: str,
        max_age_seconds: float,
        read: Callable[[str], str] = read_secret,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._arn = arn
        self._max_age_seconds = max_age_seconds
        self._read = read
        self._clock = clock
        self._keys: Keys | None = None
        self._look_again_at = 0.0

    def __call__(self) -> Keys:
        """Raises BackendUnavailableError when they have never been read, and cannot be."""
        if self._keys is None or self._clock() >= self._look_again_at:
            self._keys = self._found() or self._keys
        if self._keys is None:
            raise BackendUnavailableError("the secret with the access keys cannot be read")
        return self._keys

    def _found(self) -> Keys | None:
        try:
            keys = _keys_in(self._read(self._arn))
        except SecretUnavailableError as error:
            logger.warning("access keys", extra={"reason": str(error)})
            self._look_again_at = self._clock() + min(_AGAIN_SECONDS, self._max_age_seconds)
            return None
        self._look_again_at = self._clock() + self._max_age_seconds
        return keys


def _keys_in(secret: str) -> Keys:
    """Raises SecretUnavailableError."""
    try:
        given = json.loads(secret)
        return str(given["access_key"]), str(given["secret_key"])
    except (ValueError, KeyError, TypeError):
        raise SecretUnavailableError(
            "the secret must be a JSON object with access_key and secret_key"
        ) from None
