"""Settings that the authorizer rejects."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from tams.access.accounts import Account, Accounts, hash_password, hash_token
from tams.models.caller import Permission, Scope, grants
from tams.runtime.access_settings import AccessSettings

GOOD = {"issuer": "https://id.example.com", "audiences": ["tams"]}


def read(**issuer: Any) -> AccessSettings:
    return AccessSettings.from_environment({"TAMS_ACCESS__ISSUERS": json.dumps([GOOD | issuer])})


@pytest.mark.parametrize(
    "fault",
    [
        {"audiences": []},
        {"algorithms": ["HS256"]},
        {"algorithms": ["none"]},
        {"algorithms": []},
        {"issuer": "http://id.example.com"},
        {"issuer": "http://127.0.0.1.example.com"},
        {"jwks_uri": "http://id.example.com/keys"},
        {"leeway_seconds": 86_400},
        {"audience": "tams"},
    ],
    ids=str,
)
def test_an_issuer_that_would_let_others_in_is_refused(fault: dict[str, Any]) -> None:
    assert read().issuers[0].algorithms == ("RS256", "ES256")
    with pytest.raises(ValidationError):
        read(**fault)


def test_nothing_at_all_lets_nobody_in() -> None:
    nothing = AccessSettings.from_environment({})

    assert nothing.open is False
    assert nothing.issuers == ()
    assert nothing.read_accounts() == Accounts()


@pytest.mark.parametrize("known", ["", "secret", "sha256$xyz", "md5$00$00", "sha256$00$00$00"])
def test_what_is_no_hash_is_no_account(known: str) -> None:
    with pytest.raises(ValidationError):
        Account(name="x", hash=known, scopes=())


def test_the_same_secret_never_has_the_same_hash() -> None:
    assert hash_token("a") != hash_token("a")
    assert hash_password("a") != hash_password("a")
    assert "secret" not in hash_token("secret") + hash_password("secret")


def test_classes_grant_what_they_say_within_the_scopes() -> None:
    given = grants(["news", "sport:read", "a:b:write"], {Scope.READ, Scope.WRITE})

    assert given == {
        Permission.READ: {"news", "sport"},
        Permission.WRITE: {"news", "a:b"},
    }
