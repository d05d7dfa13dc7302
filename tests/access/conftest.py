"""A stack that asks for credentials: of an issuer, of static tokens, and of users with passwords."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from local.stack import Stack
from tams.access.accounts import Account, Accounts, hash_password, hash_token
from tams.models.caller import Scope
from tests.access.issuer import AUDIENCE, TokenIssuer, token_issuer

KEYS_MAX_AGE = 2.0
"""Seconds; short, so that tests see keys go."""
STATIC_TOKEN = "static-token-of-the-tests"
EXPIRED_TOKEN = "expired-token-of-the-tests"
PASSWORD = "password-of-the-tests"
ADMIN = {"Authorization": f"Bearer {STATIC_TOKEN}"}


def accounts() -> Accounts:
    everything = tuple(Scope)
    past = datetime.now(UTC) - timedelta(seconds=1)
    return Accounts(
        tokens=(
            Account(name="robot", hash=hash_token(STATIC_TOKEN), scopes=everything),
            Account(name="gone", hash=hash_token(EXPIRED_TOKEN), scopes=everything, expires=past),
        ),
        users=(Account(name="bob", hash=hash_password(PASSWORD), scopes=everything),),
    )


@pytest.fixture(scope="session")
def issuer() -> Iterator[TokenIssuer]:
    with token_issuer() as it:
        yield it


@pytest.fixture(scope="session")
def guarded(issuer: TokenIssuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Its groups' names stand for scopes too, as they do where an issuer knows no scopes."""
    trusted = {
        "issuer": issuer.url,
        "audiences": [AUDIENCE],
        "scope_names": {"editors": ["tams-api/read", "tams-api/write"]},
    }
    stack = Stack(
        tmp_path_factory.mktemp("guarded"),
        access={
            "TAMS_ACCESS__ISSUERS": json.dumps([trusted]),
            "TAMS_ACCESS__ACCOUNTS": accounts().model_dump_json(),
            "TAMS_ACCESS__KEYS_MAX_AGE_SECONDS": str(KEYS_MAX_AGE),
        },
    )
    with stack:
        yield stack


@pytest.fixture
def client(guarded: Stack) -> Iterator[httpx.Client]:
    """Without credentials of its own."""
    with httpx.Client(base_url=guarded.api_url, timeout=30) as it:
        yield it
