"""When an issuer is asked for its keys, on a clock of the test's own."""

from typing import Any

import pytest

from tams.access.errors import CredentialsError, CredentialStoreUnavailableError
from tams.access.key_set import KeySet
from tests.access.issuer import new_key

OLD, NEW = new_key("ES256"), new_key("ES256")


class Issuer:
    def __init__(self) -> None:
        self.now = 0.0
        self.keys: list[dict[str, Any]] = [OLD.public_jwk]
        self.away = False
        self.fetches = 0
        self.set = KeySet(self.fetch, 100.0, lambda: self.now)

    def fetch(self) -> dict[str, Any]:
        self.fetches += 1
        if self.away:
            raise CredentialStoreUnavailableError("away")
        return {"keys": self.keys}


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


def test_keys_are_fetched_once_and_kept(issuer: Issuer) -> None:
    for issuer.now in (0.0, 1.0, 79.0):
        assert issuer.set.key(OLD.id).key_id == OLD.id

    assert issuer.fetches == 1


def test_a_key_is_never_used_beyond_its_time(issuer: Issuer) -> None:
    issuer.set.key(OLD.id)
    issuer.keys = [NEW.public_jwk]
    issuer.now = 100.0

    with pytest.raises(CredentialsError):
        issuer.set.key(OLD.id)


def test_a_new_key_is_taken_at_once(issuer: Issuer) -> None:
    issuer.set.key(OLD.id)
    issuer.keys = [OLD.public_jwk, NEW.public_jwk]

    assert issuer.set.key(NEW.id).key_id == NEW.id
    assert issuer.fetches == 2


def test_keys_are_renewed_early_and_that_may_fail(issuer: Issuer) -> None:
    issuer.set.key(OLD.id)
    issuer.away = True

    for issuer.now, fetches in ((90.0, 2), (90.1, 2), (94.9, 2), (95.0, 3), (99.0, 3)):
        assert issuer.set.key(OLD.id).key_id == OLD.id
        assert issuer.fetches == fetches, "requests wait for each"

    issuer.now = 100.0
    with pytest.raises(CredentialStoreUnavailableError):
        issuer.set.key(OLD.id)


def test_renewals_take_nothing_from_what_new_keys_are_looked_for_with(issuer: Issuer) -> None:
    """Or else a good token would be refused after some of them."""
    short = KeySet(issuer.fetch, 1.0, lambda: issuer.now)
    for _ in range(20):
        assert short.key(OLD.id).key_id == OLD.id
        issuer.now += 0.85
    assert issuer.fetches == 20
    assert short.key(OLD.id).key_id == OLD.id

    for _ in range(4):
        new = new_key("ES256")
        issuer.keys = [new.public_jwk]
        assert short.key(new.id).key_id == new.id


def test_made_up_keys_are_looked_for_a_few_times_only(issuer: Issuer) -> None:
    for number in range(50):
        with pytest.raises(CredentialsError):
            issuer.set.key(f"made up {number}")
    assert issuer.fetches <= 6

    issuer.now = 60.0
    issuer.keys = [NEW.public_jwk]
    assert issuer.set.key(NEW.id).key_id == NEW.id


def test_shared_secrets_and_keys_to_encrypt_with_are_no_keys(issuer: Issuer) -> None:
    secret = {"kty": "oct", "kid": "secret", "k": "AAAA", "alg": "HS256"}
    leaked = {**NEW.public_jwk, "kid": "leaked", "d": "AAAA"}
    issuer.keys = [
        leaked,
        secret,
        {**NEW.public_jwk, "use": "enc"},
        {"kty": "EC", "kid": "broken"},
        OLD.public_jwk,
    ]

    assert issuer.set.key(OLD.id).key_id == OLD.id
    for key_id in ("leaked", "secret", NEW.id, "broken"):
        with pytest.raises(CredentialsError):
            issuer.set.key(key_id)


def test_a_token_without_a_key_id_takes_the_only_key(issuer: Issuer) -> None:
    assert issuer.set.key(None).key_id == OLD.id

    issuer.keys = [OLD.public_jwk, NEW.public_jwk]
    issuer.now = 200.0
    with pytest.raises(CredentialsError):
        issuer.set.key(None)
