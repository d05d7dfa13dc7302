"""The public keys of one issuer (JWKS, RFC 7517): fetched, kept a while, fetched again when they change."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from tams.access.errors import CredentialsError, CredentialStoreUnavailableError

Fetch = Callable[[], Mapping[str, Any]]
"""The key set as JSON. Raises CredentialStoreUnavailableError."""

_ASYMMETRIC = ("RSA", "EC", "OKP")
_EARLY = 0.8
"""After this part of their time, keys are renewed if the issuer answers; after all of it they must be."""
_AGAIN_SECONDS = 5.0
"""The pause after an early renewal that failed: requests wait for each attempt."""
_LOOKS_MAX = 5
_LOOK_SECONDS = 5.0
"""An unknown key is looked up at once, so that a new one works from its first token on. Made-up
keys must not flood the issuer, so it is asked a few times, then once in this many seconds."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, and the only algorithm it may be used with, if its issuer names one."""

    key_id: str | None
    public: Any
    algorithm: str | None


class KeySet:
    """No key is used for longer than `max_age_seconds` after the issuer last published it."""

    def __init__(
        self,
        fetch: Fetch,
        max_age_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._max_age = max_age_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str | None, Key] = {}
        self._fetched_at: float | None = None
        self._renew_early_at = 0.0
        self._looks_left, self._looks_since = float(_LOOKS_MAX), clock()

    def key(self, key_id: str | None) -> Key:
        """Found by `kid`; without one, the only key there is.

        Raises CredentialsError for a key that the issuer does not have, CredentialStoreUnavailableError.
        """
        with self._lock:
            age = self._age()
            if age >= self._max_age:
                self._renew()
            elif age >= self._max_age * _EARLY and self._clock() >= self._renew_early_at:
                self._renew_if_possible()
            if (found := self._find(key_id)) is None and self._may_look():
                self._renew()
                found = self._find(key_id)
        if found is None:
            raise CredentialsError(
                "the token is signed with a key that its issuer does not publish"
            )
        return found

    def _find(self, key_id: str | None) -> Key | None:
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id)

    def _age(self) -> float:
        return self._max_age if self._fetched_at is None else self._clock() - self._fetched_at

    def _may_look(self) -> bool:
        now = self._clock()
        earned = (now - self._looks_since) / _LOOK_SECONDS
        self._looks_left, self._looks_since = min(_LOOKS_MAX, self._looks_left + earned), now
        if self._looks_left < 1:
            return False
        self._looks_left -= 1
        return True

    def _renew(self) -> None:
        now = self._clock()  # before the issuer is asked: from then on it may withdraw a key
        self._keys = _usable(self._fetch())
        self._fetched_at = now

    def _renew_if_possible(self) -> None:
        try:
            self._renew()
        except CredentialStoreUnavailableError:
            self._renew_early_at = self._clock() + _AGAIN_SECONDS


def _usable(document: Mapping[str, Any]) -> dict[str | None, Key]:
    """Public keys for signatures; never a shared secret or an encryption key."""
    keys: dict[str | None, Key] = {}
    given = document.get("keys")
    if not isinstance(given, list):
        raise CredentialStoreUnavailableError("the issuer's key set has no usable keys")
    for each in given:
        if isinstance(each, dict) and (key := _usable_key(each)) is not None:
            keys[key.key_id] = key
    return keys


def _usable_key(given: Mapping[str, Any]) -> Key | None:
    if given.get("kty") not in _ASYMMETRIC or "d" in given:
        return None  # a key with `d` is private, and no longer a secret
    if given.get("use", "sig") != "sig" or not isinstance(given.get("kid"), str | None):
        return None
    try:
        made = PyJWK(dict(given))
    except (PyJWTError, NotImplementedError, TypeError, ValueError):
        return None  # of a kind that this service does not know
    return Key(given.get("kid"), made.key, given.get("alg"))
