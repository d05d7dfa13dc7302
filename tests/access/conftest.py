"""A stack that requires credentials: those of an issuer, static tokens, and users with passwords."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tams.access.accounts import Account, Accounts, hash_password, hash_token
from tams.models.caller import Scope
from tests.access.classes_model import PEOPLE
from tests.access.issuer import AUDIENCE, TokenIssuer, token_issuer
from tests.access.names import NAMES, caller_with
from tests.receiver import Receiver, receiver
from tests.stacks import UNHURRIED, AnyStack, stack_of_backends

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


@pytest.fixture(scope="package")
def guarded(issuer: TokenIssuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Its groups' names stand for scopes too, as they do where an issuer knows no scopes."""
    trusted = {
        "issuer": issuer.url,
        "audiences": [AUDIENCE],
        "scope_names": {"editors": ["tams-api/read", "tams-api/write"]},
    }
    stack = AnyStack(
        tmp_path_factory.mktemp("guarded"),
        workers=1,
        env=UNHURRIED,
        access={
            "TAMS_ACCESS__ISSUERS": json.dumps([trusted]),
            "TAMS_ACCESS__ACCOUNTS": accounts().model_dump_json(),
            "TAMS_ACCESS__KEYS_MAX_AGE_SECONDS": str(KEYS_MAX_AGE),
            "TAMS_ACCESS__PASSWORD_ATTEMPTS": "1000",  # wrong ones are tried on every operation
        },
    )
    with stack:
        yield stack


@dataclass(frozen=True)
class Backends:
    """Ids of storage backends: `open` is the default one and of no class, the others are of their name's."""

    open: str
    news: str
    vault: str


@pytest.fixture(scope="session")
def backends() -> Backends:
    return Backends(*(str(uuid4()) for _ in range(3)))


@pytest.fixture(scope="package")
def classed(tmp_path_factory: pytest.TempPathFactory, backends: Backends) -> Iterator[Stack]:
    """Callers reach what is of their classes: PEOPLE, and one for each of NAMES; their names are tokens."""
    described = [
        {
            "id": storage_id,
            "label": name,
            "bucket": f"{name}-media",
            "tags": {} if name == "open" else {"auth_classes": [name]},
        }
        for name, storage_id in asdict(backends).items()
    ]
    tokens = tuple(
        Account(
            name=each.name,
            hash=hash_token(each.name),
            scopes=tuple(Scope(f"tams-api/{scope}") for scope in each.scopes),
            classes=each.classes,
        )
        for each in PEOPLE
    )
    scopes = (Scope.READ, Scope.WRITE, Scope.DELETE)
    of_one_class = tuple(
        Account(name=who, hash=hash_token(who), scopes=scopes, classes=(name,))
        for name, who in ((name, caller_with(name)) for name in NAMES)
    )
    access = {
        "TAMS_ACCESS__CLASSES": "true",
        "TAMS_ACCESS__ACCOUNTS": Accounts(tokens=tokens + of_one_class).model_dump_json(),
    }
    env = {"TAMS_DELETION__AT_ONCE_SEGMENTS": "3"}
    data = tmp_path_factory.mktemp("classed")
    with stack_of_backends(data, described, env, workers=1, access=access) as stack:
        yield stack


@pytest.fixture
def client(guarded: Stack) -> Iterator[httpx.Client]:
    """Without credentials of its own."""
    with httpx.Client(base_url=guarded.api_url, timeout=120) as it:
        yield it


class Api(httpx.Client):
    """As one of PEOPLE."""

    def __init__(self, stack: Stack, name: str) -> None:
        super().__init__(
            base_url=stack.api_url, timeout=120, headers={"Authorization": f"Bearer {name}"}
        )


@pytest.fixture
def admin(classed: Stack) -> Iterator[Api]:
    with Api(classed, "admin") as it:
        yield it


@pytest.fixture
def news(classed: Stack) -> Iterator[Api]:
    with Api(classed, "news") as it:
        yield it


@pytest.fixture
def sport(classed: Stack) -> Iterator[Api]:
    with Api(classed, "sport") as it:
        yield it


@pytest.fixture
def both(classed: Stack) -> Iterator[Api]:
    with Api(classed, "both") as it:
        yield it


@pytest.fixture
def mixed(classed: Stack) -> Iterator[Api]:
    """Reads news and archive, writes sport and archive, deletes archive."""
    with Api(classed, "mixed") as it:
        yield it


@pytest.fixture
def remover(classed: Stack) -> Iterator[Api]:
    """Deletes news and sport, and may do nothing else."""
    with Api(classed, "remover") as it:
        yield it


@pytest.fixture
def nobody(classed: Stack) -> Iterator[Api]:
    """All scopes, and no class."""
    with Api(classed, "nobody") as it:
        yield it


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    with receiver() as it:
        yield it


@pytest.fixture
def classed_url(classed: Stack) -> str:
    return classed.api_url
