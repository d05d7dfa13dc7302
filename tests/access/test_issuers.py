"""Which issuers the authorizer trusts: each with its own keys and settings."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

import pytest

from tams.access.accounts import Account, Accounts, hash_password
from tams.models.caller import Scope
from tests.access.finding import Authorizer, trusted
from tests.access.issuer import AUDIENCE, TokenIssuer, new_key, token_issuer

READ, WRITE, ADMIN = Scope.READ, Scope.WRITE, Scope.ADMIN


@pytest.fixture(scope="module")
def ours() -> Iterator[TokenIssuer]:
    with token_issuer() as it:
        yield it


@pytest.fixture(scope="module")
def theirs() -> Iterator[TokenIssuer]:
    with token_issuer() as it:
        yield it


def test_each_of_two_issuers_has_good_tokens(ours: TokenIssuer, theirs: TokenIssuer) -> None:
    authorizer = Authorizer(trusted(ours), trusted(theirs))

    assert authorizer.caller(ours.token("read")).scopes == {READ}
    assert authorizer.caller(theirs.token("write", sub="bob")).scopes == {WRITE}
    assert authorizer.caller(theirs.token("write", sub="bob")).name == "bob"


def test_an_issuer_that_is_not_named_has_none(ours: TokenIssuer, theirs: TokenIssuer) -> None:
    asked = theirs.fetches

    assert Authorizer(trusted(ours)).refused(theirs.token("admin")) == "invalid"
    assert Authorizer().refused(theirs.token("admin")) == "invalid"
    assert theirs.fetches == asked


def test_one_issuer_signs_nothing_in_the_name_of_the_other(
    ours: TokenIssuer, theirs: TokenIssuer
) -> None:
    """Neither by its own key, nor by one of the same name."""
    authorizer = Authorizer(trusted(ours), trusted(theirs))
    namesake = new_key()
    namesake.id = ours.keys[-1].id
    before = list(theirs.keys)
    theirs.keys.append(namesake)

    assert authorizer.refused(ours.token("admin", key=before[-1])) == "invalid"
    assert authorizer.refused(ours.token("admin", key=namesake)) == "invalid"
    assert authorizer.caller(theirs.token("read", key=namesake)).scopes == {READ}
    assert authorizer.caller(ours.token("read")).scopes == {READ}
    theirs.keys[:] = before


@pytest.mark.parametrize("change", ["{}/", "{}?", "{}#", "{}.example.com", "HTTP{}", " {}", "{}\n"])
def test_an_issuer_goes_by_its_whole_name(change: str, ours: TokenIssuer) -> None:
    named = change.format(ours.url.removeprefix("http") if "HTTP" in change else ours.url)

    assert Authorizer(trusted(ours)).refused(ours.token("admin", iss=named)) == "invalid"


def test_names_of_scopes_are_of_the_issuer_that_they_were_given_for(
    ours: TokenIssuer, theirs: TokenIssuer
) -> None:
    authorizer = Authorizer(
        trusted(ours, scope_names={"crew": [READ]}), trusted(theirs, scope_names={"boss": [ADMIN]})
    )

    assert authorizer.caller(ours.token(groups=["crew", "boss"])).scopes == {READ}
    assert authorizer.caller(theirs.token(groups=["crew", "boss"])).scopes == {ADMIN}


def test_so_are_audiences_algorithms_and_claims(ours: TokenIssuer, theirs: TokenIssuer) -> None:
    authorizer = Authorizer(
        trusted(ours, audiences=["ours"], name_claims=["email"]),
        trusted(theirs, algorithms=["ES256"], classes_claim="teams"),
        classes=True,
    )

    assert authorizer.refused(ours.token("read", aud="tams", email="a@b")) == "invalid"
    assert authorizer.refused(ours.token("read", aud=AUDIENCE, email="a@b")) == "invalid"
    assert authorizer.caller(ours.token("read", aud="ours", email="a@b")).name == "a@b"
    assert authorizer.refused(ours.token("read", aud="ours")) == "invalid"
    assert authorizer.refused(theirs.token("read")) == "invalid", "RS256 is not for them"


def test_an_audience_can_be_a_claim_of_another_name(ours: TokenIssuer) -> None:
    """Access tokens of Amazon Cognito have their client's id there, and no `aud`."""
    cognito = Authorizer(trusted(ours, audience_claim="client_id", audiences=["tams-web", "tams"]))

    assert cognito.caller(ours.token("read", aud=None, client_id="tams-web")).scopes == {READ}
    assert cognito.refused(ours.token("read", aud=None, client_id="other")) == "invalid"
    assert cognito.refused(ours.token("read", aud="tams-web")) == "invalid"
    assert cognito.refused(ours.token("read", aud="tams-web", client_id="other")) == "invalid"


@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256"])
def test_a_key_that_does_not_say_its_algorithm_serves_those_that_are_allowed(
    algorithm: str, ours: TokenIssuer
) -> None:
    """RFC 7517, section 4.4: `alg` is optional, and some issuers leave it out."""
    key = new_key()
    ours.extra_jwks = [{name: it for name, it in key.public_jwk.items() if name != "alg"}]
    key.algorithm = algorithm
    authorizer = Authorizer(trusted(ours, algorithms=[algorithm]))

    finding = authorizer.finding(ours.token("read", key=key))

    ours.extra_jwks = []
    assert "caller" in finding, finding


def test_an_issuer_that_is_away_takes_only_its_own_tokens_along(
    ours: TokenIssuer, theirs: TokenIssuer
) -> None:
    authorizer = Authorizer(trusted(ours), trusted(theirs))
    theirs.away = True

    assert authorizer.refused(theirs.token("read")) == "unavailable"
    assert authorizer.caller(ours.token("read")).scopes == {READ}
    assert authorizer.refused("no-such-token") == "invalid"

    theirs.away = False
    assert authorizer.caller(theirs.token("read")).scopes == {READ}


@pytest.mark.parametrize(
    ("leeway", "late", "good"), [(0, 5, False), (60, 40, True), (60, 80, False)]
)
def test_clocks_may_differ_by_what_the_issuer_is_given(
    leeway: int, late: int, good: bool, ours: TokenIssuer
) -> None:
    authorizer = Authorizer(trusted(ours, leeway_seconds=leeway))
    now = int(time.time())

    moments: dict[str, Any] = {"exp": now - late, "nbf": now + late, "iat": now + late}
    for claim, moment in moments.items():
        finding = authorizer.finding(ours.token("read", **{claim: moment}))
        assert ("caller" in finding) is good, claim


@pytest.mark.parametrize(("seconds", "good"), [(None, True), (60, True), (-1, False)])
def test_a_user_is_let_in_until_their_account_expires(seconds: int | None, good: bool) -> None:
    expires = None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
    bob = Account(name="bob", hash=hash_password("x:y"), scopes=(READ,), expires=expires)
    authorizer = Authorizer(accounts=Accounts(users=(bob,)))

    for _ in range(2):  # the second time the password is remembered
        finding = authorizer.of_password("bob", "x:y")
        assert ("caller" in finding) is good
    if not good:
        assert finding == {"refusal": "the credentials have expired", "kind": "invalid"}
    assert authorizer.of_password("bob", "wrong")["kind"] == "invalid"
    assert authorizer.of_password("alice", "x:y") == authorizer.of_password("bob", "wrong")


class AnHourLater(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(hours=1)


def test_a_user_whose_account_ends_while_their_password_is_remembered_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = datetime.now(UTC) + timedelta(minutes=30)
    bob = Account(name="bob", hash=hash_password("x"), scopes=(READ,), expires=ends)
    authorizer = Authorizer(accounts=Accounts(users=(bob,)))
    assert "caller" in authorizer.of_password("bob", "x")

    monkeypatch.setattr("tams.access.accounts.datetime", AnHourLater)

    assert authorizer.of_password("bob", "x")["kind"] == "invalid"
