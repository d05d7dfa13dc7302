"""Every operation with every kind of valid and invalid credentials: the exact status of each."""

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tams.api.scopes import needed
from tams.models.caller import Scope
from tests.access.conftest import ADMIN, EXPIRED_TOKEN, PASSWORD, STATIC_TOKEN
from tests.access.issuer import TokenIssuer, new_key, unsigned, with_claims, with_hmac
from tests.access.operations import concrete, document, operations
from tests.builders import a_video_flow_body
from tests.long_form import share

AMONG = 5
"""Kinds of credentials that share the operations."""
ALL = ("read", "write", "delete", "admin")
Made = tuple[Mapping[str, str], Mapping[str, str]]
"""Headers and query parameters."""


def bearer(token: str) -> Made:
    return {"Authorization": f"Bearer {token}"}, {}


def in_query(token: str) -> Made:
    return {}, {"access_token": token}


def basic(name: str, password: str) -> Made:
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}, {}


def in_both(good: str, bad: str) -> Made:
    return {"Authorization": f"Bearer {good}"}, {"access_token": bad}


def confused(issuer: TokenIssuer) -> str:
    public = issuer.keys[-1].private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return with_hmac(issuer.claims(*ALL), pem, issuer.keys[-1].id)


def raised(issuer: TokenIssuer) -> str:
    """With a scope more than was signed."""
    return with_claims(issuer.token("read"), issuer.claims(*ALL))


GOOD: dict[str, Callable[[TokenIssuer], Made]] = {
    "a token of the issuer": lambda it: bearer(it.token(*ALL)),
    "a token in the query": lambda it: in_query(it.token(*ALL)),
    "a token for several audiences": lambda it: bearer(
        it.token(*ALL, aud=["x", it.claims()["aud"]])
    ),
    "a token that has just expired": lambda it: bearer(it.token(*ALL, exp=int(time.time()) - 5)),
    "scopes in scp": lambda it: bearer(it.token(scope=None, scp=["tams-api/admin"])),
    "a static token": lambda _: bearer(STATIC_TOKEN),
    "a static token in the query": lambda _: in_query(STATIC_TOKEN),
    "a password": lambda _: basic("bob", PASSWORD),
    "the header before the query": lambda _: in_both(STATIC_TOKEN, "wrong"),
    "a scheme in small letters": lambda _: ({"Authorization": f"bearer {STATIC_TOKEN}"}, {}),
}
BAD: dict[str, Callable[[TokenIssuer], Made]] = {
    "nothing": lambda _: ({}, {}),
    "an expired token": lambda it: bearer(it.token(*ALL, exp=int(time.time()) - 60)),
    "a token without an end": lambda it: bearer(it.token(*ALL, exp=None)),
    "a token for later": lambda it: bearer(it.token(*ALL, nbf=int(time.time()) + 600)),
    "a token for another audience": lambda it: bearer(it.token(*ALL, aud="another")),
    "a token for no audience": lambda it: bearer(it.token(*ALL, aud=None)),
    "a token of another issuer": lambda it: bearer(it.token(*ALL, iss="https://evil.example")),
    "a token of no issuer": lambda it: bearer(it.token(*ALL, iss=None)),
    "a token of nobody": lambda it: bearer(it.token(*ALL, sub=None)),
    "alg none": lambda it: bearer(unsigned(it.claims(*ALL))),
    "HMAC with the public key": lambda it: bearer(confused(it)),
    "an algorithm that is not allowed": lambda it: bearer(
        with_hmac(it.claims(*ALL), b"x" * 32, it.keys[-1].id)
    ),
    "claims that were not signed": lambda it: bearer(raised(it)),
    "a signature cut short": lambda it: bearer(it.token(*ALL)[:-8]),
    "a key of somebody else": lambda it: bearer(it.token(*ALL, key=new_key())),
    "an expired static token": lambda _: bearer(EXPIRED_TOKEN),
    "an unknown token": lambda _: bearer("no-such-token"),
    "an unknown token in the query": lambda _: in_query("no-such-token"),
    "two tokens in the query": lambda _: (
        {},
        {"access_token": STATIC_TOKEN, "access%5Ftoken": "x"},
    ),
    "a wrong password": lambda _: basic("bob", "wrong"),
    "an unknown user": lambda _: basic("nobody", PASSWORD),
    "a token as password": lambda _: basic("robot", STATIC_TOKEN),
    "a password as token": lambda _: bearer(PASSWORD),
    "Basic without a colon": lambda _: ({"Authorization": "Basic Ym9i"}, {}),
    "Basic that is no base64": lambda _: ({"Authorization": "Basic !!"}, {}),
    "a scheme that is not known": lambda _: ({"Authorization": f"Digest {STATIC_TOKEN}"}, {}),
    "a scheme alone": lambda _: ({"Authorization": "Bearer"}, {}),
}


def ask(client: httpx.Client, method: str, path: str, made: Made) -> httpx.Response:
    headers, query = made
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return client.request(
        method, f"{concrete(path)}?{text}" if text else concrete(path), headers=headers
    )


def operations_for(kind: str, kinds: Iterable[str]) -> list[tuple[str, str]]:
    """All for the first kind. The others share them: what opens one operation opens all."""
    at = list(kinds).index(kind)
    return share(operations(), at, AMONG) if at else operations()


@pytest.fixture(scope="module")
def known() -> dict[tuple[str, str], int]:
    """What an operation answers to an admin, once somebody has asked."""
    return {}


@pytest.mark.parametrize("kind", GOOD)
def test_AUT_1_good_credentials_of_any_kind_open_every_operation(
    kind: str, client: httpx.Client, issuer: TokenIssuer, known: dict[tuple[str, str], int]
) -> None:
    good = GOOD[kind](issuer)
    for method, path in operations_for(kind, GOOD):
        if (method, path) not in known:
            answer = client.request(method, concrete(path), headers=ADMIN)
            known[method, path] = answer.status_code

        status = ask(client, method, path, good).status_code

        assert status == known[method, path], (method, path)
        assert status not in (401, 403), (method, path)


@pytest.mark.parametrize("kind", BAD)
def test_AUT_5_without_good_credentials_no_operation_is_open(
    kind: str, client: httpx.Client, issuer: TokenIssuer
) -> None:
    bad = BAD[kind](issuer)
    for method, path in operations_for(kind, BAD):
        answer = ask(client, method, path, bad)

        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith('Bearer realm="tams"')
        assert "Basic realm=" in answer.headers["www-authenticate"]
        told = 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert told is (kind != "nothing")
        if method != "HEAD":
            assert answer.json()["type"] == "Unauthorized"


@pytest.mark.parametrize("scope", [None, "read", "write", "delete", "admin"])
def test_AUT_11_an_operation_takes_the_scopes_of_the_table(
    scope: str | None, client: httpx.Client, issuer: TokenIssuer
) -> None:
    """Against the table itself, which test_scope_table holds against the specification's."""
    token = issuer.token(*([scope] if scope else []))
    for method, path in operations():
        answer = ask(client, method, path, bearer(token))

        wanted = needed(path, method)
        assert wanted is not None
        allowed = scope == "admin" or (scope is not None and Scope(f"tams-api/{scope}") in wanted)
        assert (answer.status_code != 403) is allowed, (method, path, answer.text)
        if not allowed and method != "HEAD":
            assert answer.json()["type"] == "Forbidden"
            assert "scope tams-api/" in answer.json()["summary"]


def test_AUT_2_a_bearer_token_is_a_jwt_or_one_of_our_own(
    client: httpx.Client, issuer: TokenIssuer
) -> None:
    for token in (issuer.token("read"), STATIC_TOKEN):
        answer = client.get("/flows", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200


def test_AUT_3_a_token_in_the_query_opens_any_url_and_is_not_told_again(
    client: httpx.Client, issuer: TokenIssuer
) -> None:
    token = issuer.token("read", "write")
    for _ in range(2):
        body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
        path = f"/flows/{body['id']}"
        assert client.put(path, params={"access_token": token}, json=body).status_code == 201

    listed = client.get("/flows", params={"access_token": token, "limit": "1"})

    assert "access_token" not in listed.headers["link"]
    assert token not in listed.headers["link"] + listed.text


def test_AUT_4_a_name_and_a_password_will_do(client: httpx.Client) -> None:
    assert client.get("/flows", auth=("bob", PASSWORD)).status_code == 200
    assert client.get("/flows", auth=("bob", "wrong")).status_code == 401


def test_AUT_9_media_is_fetched_and_stored_without_credentials_of_the_api(
    client: httpx.Client,
) -> None:
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    path = f"/flows/{body['id']}"
    assert client.put(path, json=body, headers=ADMIN).status_code == 201
    answer = client.post(f"{path}/storage", json={"limit": 1}, headers=ADMIN)
    (made,) = answer.json()["media_objects"]
    url = made["put_url"]

    put = httpx.put(url["url"], content=b"x", headers={"Content-Type": url["content-type"]})
    segment = {"object_id": made["object_id"], "timerange": "[0:0_1:0)"}
    assert client.post(f"{path}/segments", json=segment, headers=ADMIN).status_code == 201
    (listed,) = client.get(f"{path}/segments", headers=ADMIN).json()

    assert put.status_code == 200
    assert httpx.get(listed["get_urls"][0]["url"]).content == b"x"


def test_AUT_10_the_scopes_go_by_the_names_that_clients_ask_for() -> None:
    assert {str(each) for each in Scope} == {f"tams-api/{each}" for each in ALL}


def test_an_operation_without_good_credentials_is_401_before_anything_else(
    client: httpx.Client,
) -> None:
    """ERR-8: whatever else is wrong with the request."""
    for method, path in (
        ("GET", "/flows/not-an-id"),
        ("GET", "/flows?limit=no"),
        ("PUT", f"/flows/{uuid4()}"),
        ("PATCH", "/flows"),
        ("GET", f"/flows/{uuid4()}/no/such/thing"),
        ("POST", "/sources/x/y/z"),
        ("GET", "/service/no-such-thing"),
        ("DELETE", "/service"),
        ("GET", "/nowhere"),
        ("GET", "/flows/"),
        ("HEAD", "/events/1/2"),
        ("OPTIONS", "/flows%2F"),
    ):
        headers = {"Origin": "https://x.example"} if method == "OPTIONS" else {}
        answer = client.request(method, path, headers=headers, content=b"no json")
        assert answer.status_code == (204 if method == "OPTIONS" else 401), (method, path)

        known = client.request(method, path, headers=ADMIN, content=b"no json")
        assert known.status_code in (204, 308, 400, 404, 405), (method, path)


def test_groups_of_an_issuer_can_stand_for_scopes(
    client: httpx.Client, issuer: TokenIssuer
) -> None:
    token = issuer.token(groups=["editors", "others"])

    assert client.get("/flows", headers=bearer(token)[0]).status_code == 200
    assert client.delete(f"/flows/{uuid4()}", headers=bearer(token)[0]).status_code == 403


def test_what_is_public_is_so_and_tells_nothing_of_the_store(client: httpx.Client) -> None:
    for path in ("/openapi.json", "/docs", "/docs/swagger-ui.css", "/console"):
        assert client.get(path).status_code == 200
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/health", headers=ADMIN).json()["vast"] == "ok"


def test_a_browser_asks_before_it_has_credentials_and_may_read_a_refusal(
    client: httpx.Client,
) -> None:
    origin = {"Origin": "https://edit.example.com"}
    asking = {"Access-Control-Request-Method": "PUT"}
    wanted = {"Access-Control-Request-Headers": "authorization,content-type"}
    for method, path in operations():
        answer = client.options(concrete(path), headers=origin | asking | wanted)

        assert answer.status_code == 204, path
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "authorization" in answer.headers["access-control-allow-headers"].lower()

        refused = client.request(method, concrete(path), headers=origin)
        assert refused.headers["access-control-allow-origin"] == "*", (method, path)


def test_every_operation_says_in_the_document_what_it_takes() -> None:
    described = document()
    assert set(described["components"]["securitySchemes"]) == {
        "bearer_token_auth",
        "url_token_auth",
        "basic_auth",
    }
    for method, path in operations():
        operation = described["paths"][path][method.lower()]
        assert len(operation["security"]) == 3
        assert "Scope: tams-api/" in operation["description"]
        assert {"401", "403", "429"} <= operation["responses"].keys()
