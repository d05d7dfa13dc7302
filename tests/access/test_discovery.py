"""Where an issuer's keys are found: at the configured address, or else where the issuer says."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tams.access.errors import CredentialStoreUnavailableError
from tams.access.fetching import IssuerClient
from tams.models.caller import Scope
from tests.access.finding import Authorizer, trusted
from tests.access.issuer import TokenIssuer, new_key
from tests.access.site import DISCOVERY, Page, Site, document, moved, new_certificate, site

KEY = new_key("ES256")
JWKS = {"keys": [KEY.public_jwk]}


@pytest.fixture
def web() -> Iterator[Site]:
    """An issuer that has a web page for everything."""
    with site() as it:
        it.pages[DISCOVERY] = document({"issuer": it.url, "jwks_uri": f"{it.url}/jwks"})
        it.pages["/jwks"] = document(JWKS)
        yield it


@pytest.fixture
def other() -> Iterator[Site]:
    with site() as it:
        it.pages["/jwks"] = document(JWKS)
        yield it


def token(web: Site, **claims: Any) -> str:
    return TokenIssuer(web.url, [KEY]).token("read", **claims)


def authorizer(web: Site, **fields: object) -> Authorizer:
    return Authorizer(trusted(TokenIssuer(web.url), **fields))


def test_an_issuer_says_itself_where_its_keys_are(web: Site) -> None:
    known = authorizer(web)

    assert known.caller(token(web)).scopes == {Scope.READ}
    assert known.caller(token(web)).scopes == {Scope.READ}
    assert web.asked == [DISCOVERY, "/jwks"]


def test_where_they_are_can_be_configured_and_then_nobody_is_asked(web: Site, other: Site) -> None:
    web.pages.clear()

    assert authorizer(web, jwks_uri=f"{other.url}/jwks").caller(token(web)).name == "alice"

    assert web.asked == []
    assert other.asked == ["/jwks"]


@pytest.mark.parametrize("path", ["", "/", "/realms/tams", "/tenant/v2.0/"])
def test_the_configuration_lies_below_the_issuer(path: str, web: Site) -> None:
    """OpenID Connect Discovery 1.0, section 4.1: without the slash that the issuer may end in."""
    issuer = web.url + path
    found = {"issuer": issuer, "jwks_uri": f"{web.url}/jwks"}
    web.pages = {path.rstrip("/") + DISCOVERY: document(found), "/jwks": document(JWKS)}
    known = Authorizer(trusted(TokenIssuer(issuer)))

    assert known.caller(token(web, iss=issuer)).name == "alice"


CONFIGURATIONS: dict[str, object] = {
    "of another issuer": {"issuer": "https://id.example.com"},
    "of the issuer but for a slash": {"issuer": "{}/"},
    "of nobody": {"issuer": None},
    "of several": {"issuer": ["{}"]},
    "without keys": {"jwks_uri": None},
    "with keys that are no address": {"jwks_uri": {"keys": []}},
    "with keys on no server": {"jwks_uri": "/jwks"},
    "with keys in a file": {"jwks_uri": "file:///etc/passwd"},
    "with keys where nobody listens": {"jwks_uri": "http://127.0.0.1:1/jwks"},
    "with keys at no port": {"jwks_uri": "http://127.0.0.1:x/jwks"},
    "with keys on no host": {"jwks_uri": "http://[::1/jwks"},
    "with keys at half a character": {"jwks_uri": "http://127.0.0.1/\ud800"},
}


@pytest.mark.parametrize("what", CONFIGURATIONS)
def test_a_configuration_is_not_followed(what: str, web: Site) -> None:
    changed = CONFIGURATIONS[what]
    assert isinstance(changed, dict)
    given = {"issuer": web.url, "jwks_uri": f"{web.url}/jwks", **changed}
    if isinstance(given["issuer"], str):
        given["issuer"] = given["issuer"].format(web.url)
    elif isinstance(given["issuer"], list):
        given["issuer"] = [web.url]
    web.pages[DISCOVERY] = document(given)

    assert authorizer(web).refused(token(web)) == "unavailable"
    assert "/jwks" not in web.asked


PAGES = {
    "nothing": Page(status=404),
    "no content": Page(status=204),
    "a failure with keys": Page(document(JWKS).body, status=500),
    "no JSON": Page(b"<html>"),
    "half of it": Page(document(JWKS).body[:-1]),
    "no text": Page(b"\xff\xfe"),
    "a list": document([JWKS]),
    "no keys": document({}),
    "keys that are no list": document({"keys": {KEY.id: KEY.public_jwk}}),
    "more than anybody reads": Page(b" " * 300_000 + document(JWKS).body),
    "brackets only": Page(b"[" * 100_000),
    "objects in objects": Page(b'{"a":' * 40_000),
}


@pytest.mark.parametrize("what", PAGES)
@pytest.mark.parametrize("path", [DISCOVERY, "/jwks"])
def test_an_answer_that_is_not_as_it_should_be_says_nothing_of_the_token(
    path: str, what: str, web: Site
) -> None:
    known = authorizer(web)
    good, web.pages[path] = web.pages[path], PAGES[what]
    assert known.refused(token(web)) == "unavailable"

    web.pages[path] = good

    assert known.caller(token(web)).name == "alice", "it is asked again"


@pytest.mark.parametrize("path", [DISCOVERY, "/jwks"])
def test_a_redirect_is_not_followed(path: str, web: Site, other: Site) -> None:
    other.pages[path] = web.pages[path]
    web.pages[path] = moved(f"{other.url}{path}")

    assert authorizer(web).refused(token(web)) == "unavailable"
    assert other.asked == []


def test_an_issuer_that_moves_its_keys_is_asked_where_they_are(web: Site) -> None:
    known = Authorizer(trusted(TokenIssuer(web.url)), keys_max_age_seconds=0.01)
    assert known.caller(token(web)).name == "alice"

    del web.pages["/jwks"]
    web.pages |= {
        "/new": document(JWKS),
        DISCOVERY: document({"issuer": web.url, "jwks_uri": f"{web.url}/new"}),
    }

    time.sleep(0.05)
    kinds = [known.finding(token(web)).get("kind", "good") for _ in range(3)]
    assert kinds[-1] == "good", "it is not without keys for as long as the function runs"


ODD_KEYS: dict[str, object] = {
    "nothing": None,
    "a text": "key",
    "of no kind": {**KEY.public_jwk, "kty": None},
    "of a kind that is a list": {**KEY.public_jwk, "kty": ["EC"]},
    "of a kind that is an object": {**KEY.public_jwk, "kty": {"EC": "EC"}},
    "of no algorithm": {**KEY.public_jwk, "kid": "x", "alg": "none"},
    "of an algorithm that is a list": {**KEY.public_jwk, "kid": "x", "alg": ["ES256"]},
    "of a curve that is a number": {**KEY.public_jwk, "kid": "x", "crv": 256},
    "of a point that is none": {**KEY.public_jwk, "kid": "x", "x": "AAAA"},
    "of a name that is a list": {**KEY.public_jwk, "kid": ["x"]},
    "of a name that is an object": {**KEY.public_jwk, "kid": {"x": "y"}},
    "of a use that is a list": {**KEY.public_jwk, "kid": "x", "use": ["sig"]},
    "of RSA without numbers": {"kty": "RSA", "kid": "x"},
    "of RSA with small numbers": {"kty": "RSA", "kid": "x", "n": "AQ", "e": "AQ"},
}


@pytest.mark.parametrize("what", ODD_KEYS)
def test_one_key_that_is_odd_leaves_the_others_as_good_as_they_are(what: str, web: Site) -> None:
    web.pages["/jwks"] = document({"keys": [ODD_KEYS[what], KEY.public_jwk, ODD_KEYS[what]]})

    assert authorizer(web).caller(token(web)).name == "alice"


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """By HTTPS, with a certificate that this process takes for a good one."""
    certificate = new_certificate(tmp_path / "issuer.pem")
    with site(certificate) as it:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        it.pages["/jwks"] = document(JWKS)
        it.pages[DISCOVERY] = document({"issuer": it.url, "jwks_uri": f"{it.url}/jwks"})
        yield it


@pytest.mark.parametrize(
    "scheme", ["http://", "HTTP://", "Http://", " http://", "ftp://", "//", ""]
)
def test_an_issuer_by_https_has_no_keys_by_anything_else(
    scheme: str, secure: Site, other: Site
) -> None:
    assert IssuerClient(secure.url, None).fetch() == JWKS
    elsewhere = f"{scheme}{other.url.removeprefix('http://')}/jwks"
    secure.pages[DISCOVERY] = document({"issuer": secure.url, "jwks_uri": elsewhere})

    with pytest.raises(CredentialStoreUnavailableError):
        IssuerClient(secure.url, None).fetch()

    assert other.asked == []


def test_an_issuer_whose_certificate_nobody_vouches_for_has_no_keys(
    secure: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(CredentialStoreUnavailableError):
        IssuerClient(secure.url, None).fetch()

    assert secure.asked == []
