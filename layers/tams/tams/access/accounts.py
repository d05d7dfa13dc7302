"""Callers that the service itself knows: static tokens, and users with passwords, as salted hashes.

Tokens are long and random, so one round of SHA-256 protects them. Passwords are chosen by people and need
scrypt (RFC 7914). Its results are remembered for a while, because each costs tens of milliseconds.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tams.access.attempts import Attempts
from tams.access.credentials import Basic, Bearer
from tams.access.errors import CredentialsError
from tams.models.caller import Scope

TOKEN_BYTES = 32
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_REMEMBERED_SECONDS = 300
_REMEMBERED_MAX = 1_000


class Account(BaseModel):
    """`name` is what `created_by` and the audit log say. `expires` of None is never."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(min_length=1)
    hash: str = Field(repr=False, pattern=r"^(sha256|scrypt)\$[0-9a-f]+\$[0-9a-f]+$")
    scopes: tuple[Scope, ...]
    classes: tuple[str, ...] = ()
    expires: AwareDatetime | None = None


class Accounts(BaseModel):
    """The content of the secret."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    tokens: tuple[Account, ...] = ()
    users: tuple[Account, ...] = ()


def hash_token(token: str) -> str:
    salt = secrets.token_hex(16)
    return f"sha256${salt}${_sha256(salt, token)}"


def hash_password(password: str) -> str:
    salt = secrets.token_hex(16)
    return f"scrypt${salt}${_scrypt(salt, password)}"


def _sha256(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}{secret}".encode()).hexdigest()


def _scrypt(salt: str, secret: str) -> str:
    made = hashlib.scrypt(secret.encode(), salt=salt.encode(), **_SCRYPT)
    return made.hex()


def _is_hash_of(secret: str, known: str) -> bool:
    kind, salt, digest = known.split("$")
    made = _sha256(salt, secret) if kind == "sha256" else _scrypt(salt, secret)
    return hmac.compare_digest(made, digest)


_NOBODYS = f"scrypt${'0' * 32}${'0' * 128}"
"""Used when no user has the name, so that the time taken does not reveal which names exist."""


class AccountBook:
    """Finds the account of a credential. Raises CredentialsError."""

    def __init__(self, read: Callable[[], Accounts], attempts: Attempts) -> None:
        self._read = read
        self._attempts = attempts
        self._pepper = secrets.token_bytes(32)
        self._remembered: dict[bytes, float] = {}

    def of_token(self, bearer: Bearer) -> Account | None:
        """None when no static token matches."""
        matching = [each for each in self._read().tokens if _is_hash_of(bearer.token, each.hash)]
        return _current(matching[0]) if matching else None

    def of_user(self, basic: Basic, address: str) -> Account:
        """Raises TooManyAttemptsError for passwords that are not remembered as correct."""
        known = next((each for each in self._read().users if each.name == basic.name), None)
        if (
            not self._is_password(basic, known.hash if known else _NOBODYS, address)
            or known is None
        ):
            raise CredentialsError("wrong name or password")
        return _current(known)

    def _is_password(self, basic: Basic, known: str, address: str) -> bool:
        """A password that was recently correct costs nothing and is never refused."""
        text = f"{known}{basic.password}".encode()
        key = hmac.digest(self._pepper, text, "sha256")

        def check() -> bool:  # another request may have verified it while this one waited
            return self._is_remembered(key) or (
                _is_hash_of(basic.password, known) and self._remember(key)
            )

        return self._is_remembered(key) or self._attempts.checked(basic.name, address, check)

    def _is_remembered(self, key: bytes) -> bool:
        """Each use extends the memory. The key covers the hash, so a new password starts afresh."""
        return self._remembered.get(key, 0) > time.monotonic() and self._remember(key)

    def _remember(self, key: bytes) -> Literal[True]:
        if len(self._remembered) >= _REMEMBERED_MAX and key not in self._remembered:
            self._remembered.clear()
        self._remembered[key] = time.monotonic() + _REMEMBERED_SECONDS
        return True


def _current(account: Account) -> Account:
    if account.expires is not None and account.expires <= datetime.now(UTC):
        raise CredentialsError("the credentials have expired")
    return account
