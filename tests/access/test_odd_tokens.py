"""Correctly signed tokens with odd contents: rejected, or read as far as they are valid; never an error."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from tams.models.caller import Caller, Permission, Scope
from tests.access.finding import Authorizer, trusted
from tests.access.issuer import TokenIssuer, token_issuer

DEEP = 20_000


@pytest.fixture(scope="module")
def ours() -> Iterator[TokenIssuer]:
    with token_issuer() as it:
        yield it


@pytest.fixture(scope="module")
def authorizer(ours: TokenIssuer) -> Authorizer:
    return Authorizer(trusted(ours, scope_names={"crew": [Scope.READ]}), classes=True)


def part(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


def signed(issuer: TokenIssuer, payload: bytes, **header: Any) -> str:
    """Any bytes under a good signature, which libraries would not make."""
    key = issuer.keys[-1]
    head = json.dumps({"alg": key.algorithm, "kid": key.id, **header}).encode()
    text = part(head) + b"." + part(payload)
    algorithm = jwt.get_algorithm_by_name(key.algorithm)
    signature = algorithm.sign(text, algorithm.prepare_key(key.private))
    return (text + b"." + part(signature)).decode()


def with_claims(issuer: TokenIssuer, **changed: Any) -> str:
    return signed(issuer, json.dumps({**issuer.claims("read"), **changed}).encode())


ODD_VALUES: list[object] = [
    None,
    True,
    5,
    1.5,
    "",
    "x",
    [],
    ["x"],
    [[]],
    {},
    {"x": "y"},
    "\ud800",
    "\0",
]
IGNORED = ("scope", "scp", "groups", "cognito:groups", "client_id", "unknown")


@pytest.mark.parametrize("value", ODD_VALUES, ids=ascii)
@pytest.mark.parametrize("claim", IGNORED)
def test_a_claim_of_an_odd_type_grants_nothing(
    claim: str, value: object, ours: TokenIssuer, authorizer: Authorizer
) -> None:
    caller = authorizer.caller(with_claims(ours, **{"scope": None, claim: value}))

    assert caller == Caller("alice", frozenset(), {})


@pytest.mark.parametrize("value", [None, True, 5, 1.5, [], [5, None], [["news"]], {"news": "read"}])
def test_classes_of_an_odd_type_are_none(
    value: object, ours: TokenIssuer, authorizer: Authorizer
) -> None:
    caller = authorizer.caller(with_claims(ours, auth_classes=value))

    assert caller.scopes == {Scope.READ}
    assert caller.classes == {Permission.READ: frozenset()}


@pytest.mark.parametrize("value", ["\ud800", ["news", "a\udfffb"]], ids=ascii)
def test_classes_that_nothing_can_store_refuse_the_token(
    value: object, ours: TokenIssuer, authorizer: Authorizer
) -> None:
    assert authorizer.refused(with_claims(ours, auth_classes=value)) == "invalid"


REFUSED: dict[str, list[object]] = {
    "iss": [None, 5, [], ["{}"], {}, "", "\ud800"],
    "aud": [None, 5, [], {}, {"tams-of-the-tests": 1}, "", [["tams-of-the-tests"]], "\ud800"],
    "sub": [None, True, 5, [], ["alice"], {}, "", "\ud800", "a\udfffb"],
    "exp": [None, "tomorrow", "", [], {}, [9**15], -1, 0, float("inf"), float("nan")],
    "nbf": [None, "tomorrow", [], {}, 9**15, float("inf"), float("nan")],
    "iat": [None, "tomorrow", [], {}, 9**15, float("inf"), float("nan")],
}


@pytest.mark.parametrize(
    ("claim", "value"),
    [(claim, value) for claim, values in REFUSED.items() for value in values],
    ids=ascii,
)
def test_a_claim_of_an_odd_type_that_matters_refuses_the_token(
    claim: str, value: object, ours: TokenIssuer, authorizer: Authorizer
) -> None:
    if value == ["{}"]:
        value = [ours.url]

    assert authorizer.refused(with_claims(ours, **{claim: value})) == "invalid"


@pytest.mark.parametrize(
    "exp", [9**15, 1e15, 10**400, 1e308], ids=["int", "float", "huge", "1e308"]
)
def test_an_end_that_is_far_away_is_one(
    exp: float, ours: TokenIssuer, authorizer: Authorizer
) -> None:
    assert authorizer.caller(with_claims(ours, exp=exp)).name == "alice"


@pytest.mark.parametrize(
    "header",
    [
        *({"kid": value} for value in (*ODD_VALUES, [], "x")),
        *({"alg": value} for value in (*ODD_VALUES, ["RS256"], "none", "rs256", "HS256")),
        *({"crit": value} for value in (*ODD_VALUES, "exp", ["exp"], ["b64"])),
        {"b64": False},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF", "crit": ["zip"]},
    ],
    ids=ascii,
)
def test_a_header_that_is_odd_refuses_the_token(
    header: dict[str, object], ours: TokenIssuer, authorizer: Authorizer
) -> None:
    payload = json.dumps(ours.claims("read")).encode()
    assert authorizer.caller(signed(ours, payload)).name == "alice"

    assert authorizer.refused(signed(ours, payload, **header)) == "invalid"


def test_keys_that_a_token_brings_along_are_not_looked_at(
    ours: TokenIssuer, authorizer: Authorizer
) -> None:
    """RFC 8725, sections 3.5 and 3.9: what is in the header chooses among our keys, and adds none."""
    with token_issuer() as evil:
        own = {"jwk": evil.keys[0].public_jwk, "jku": f"{evil.url}/keys", "x5u": evil.url}
        claims = json.dumps({**ours.claims("admin")}).encode()

        assert authorizer.refused(signed(evil, claims, **own)) == "invalid"
        assert authorizer.refused(signed(evil, claims, **own, kid=ours.keys[0].id)) == "invalid"
        assert evil.fetches == 0


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"5",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b"1" * 5_000,
        b'{"exp": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda it: ascii(it[:12]),
)
def test_what_is_signed_and_no_object_is_no_token(
    payload: bytes, ours: TokenIssuer, authorizer: Authorizer
) -> None:
    assert authorizer.refused(signed(ours, payload)) == "invalid"


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c.d.e",
        "e30.e30.",
        "é.é.é",
        "\ud800",
        "\0",
        part(b"[" * DEEP).decode() + ".e30.e30",
        "e30." + part(b'{"iss":' * DEEP).decode() + ".e30",
        part(b"1" * 5_000).decode() + ".e30.e30",
        "." * 10_000,
    ],
    ids=lambda it: ascii(it[:12]),
)
def test_what_is_no_token_at_all_is_refused(token: str, authorizer: Authorizer) -> None:
    assert authorizer.refused(token) == "invalid"


def test_a_claim_that_is_there_twice_counts_once(ours: TokenIssuer, authorizer: Authorizer) -> None:
    good = json.dumps(ours.claims("read"))[1:-1].encode()
    twice = b'{"iss": "https://evil.example", ' + good + b"}"
    last = b"{" + good + b', "iss": "https://evil.example"}'

    assert authorizer.caller(signed(ours, twice)).scopes == {Scope.READ}
    assert authorizer.refused(signed(ours, last)) == "invalid"
