"""How the claims of a valid token become its caller's name, scopes and classes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tams.models.caller import Permission, Scope
from tests.access.finding import Authorizer, trusted
from tests.access.issuer import TokenIssuer, token_issuer

READ, WRITE, DELETE, ADMIN = Scope.READ, Scope.WRITE, Scope.DELETE, Scope.ADMIN
NAMES = {"admins": [ADMIN], "editors": [READ, WRITE], "tams viewers": [READ]}


@pytest.fixture(scope="module")
def ours() -> Iterator[TokenIssuer]:
    with token_issuer() as it:
        yield it


SCOPES: dict[str, tuple[dict[str, Any], set[Scope]]] = {
    "nothing": ({"scope": None}, set()),
    "no scope": ({"scope": ""}, set()),
    "one": ({"scope": "tams-api/read"}, {READ}),
    "several": ({"scope": "openid tams-api/read  tams-api/delete"}, {READ, DELETE}),
    "with tabs between": ({"scope": "tams-api/read\ttams-api/write"}, {READ, WRITE}),
    "a list": ({"scope": ["tams-api/read", "tams-api/write"]}, {READ, WRITE}),
    "in scp": ({"scope": None, "scp": "tams-api/read tams-api/write"}, {READ, WRITE}),
    "in scp as a list": ({"scope": None, "scp": ["tams-api/admin"]}, {ADMIN}),
    "in several claims": ({"scope": "tams-api/read", "scp": ["tams-api/delete"]}, {READ, DELETE}),
    "by another name": ({"scope": "editors"}, {READ, WRITE}),
    "by a group": ({"groups": ["editors", "others"]}, {READ, WRITE}),
    "by a group with a space": ({"groups": ["tams viewers"]}, {READ}),
    "by a group of Amazon Cognito": ({"cognito:groups": ["admins"]}, {ADMIN}),
    "by a scope as a group": ({"groups": ["tams-api/read"]}, {READ}),
    "a group that ends in a name": ({"groups": ["Backup admins"]}, set()),
    "a group that begins with one": ({"groups": ["admins of printers"]}, set()),
    "a group that holds a scope": ({"groups": ["we do not give tams-api/admin"]}, set()),
    "of Cognito that ends in one": ({"cognito:groups": ["not admins"]}, set()),
    "a name in a list of scopes": ({"scp": ["no tams-api/admin"]}, set()),
    "in capitals": ({"scope": "TAMS-API/READ Admins"}, set()),
    "with more behind": ({"scope": "tams-api/reader tams-api/read/x tams-api/"}, set()),
    "without its service": ({"scope": "read write delete admin READ"}, set()),
    "in a claim that is not asked": ({"roles": ["admins"], "scopes": "tams-api/admin"}, set()),
}


@pytest.mark.parametrize("what", SCOPES)
def test_scopes_are_what_the_claims_say_and_no_more(what: str, ours: TokenIssuer) -> None:
    claims, expected = SCOPES[what]
    authorizer = Authorizer(trusted(ours, scope_names=NAMES))

    assert authorizer.caller(ours.token(**claims)).scopes == expected


def test_the_claims_that_grant_scopes_can_be_others(ours: TokenIssuer) -> None:
    authorizer = Authorizer(trusted(ours, scope_claims=["roles"], scope_names=NAMES))

    token = ours.token("admin", groups=["admins"], roles=["tams-api/read", "Backup admins"])
    assert authorizer.caller(token).scopes == {READ}
    assert authorizer.caller(ours.token("admin")).scopes == set()
    assert authorizer.caller(ours.token(roles="editors tams-api/delete")).scopes == {
        READ,
        WRITE,
        DELETE,
    }


def test_without_claims_for_them_no_token_has_a_scope(ours: TokenIssuer) -> None:
    assert Authorizer(trusted(ours, scope_claims=[])).caller(ours.token("admin")).scopes == set()


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": "a@b.org", "client_id": "robot"}, "a@b.org"),
        ({"client_id": "robot"}, "robot"),
        ({"email": "", "client_id": "robot"}, "robot"),
        ({"email": ["a@b.org"], "client_id": "robot"}, "robot"),
        ({"email": None}, "alice"),
    ],
    ids=str,
)
def test_a_caller_goes_by_the_first_name_that_the_token_has(
    claims: dict[str, Any], name: str, ours: TokenIssuer
) -> None:
    authorizer = Authorizer(trusted(ours, name_claims=["email", "client_id", "sub"]))

    assert authorizer.caller(ours.token("read", **claims)).name == name


def test_a_token_without_any_name_is_refused(ours: TokenIssuer) -> None:
    authorizer = Authorizer(trusted(ours))

    assert authorizer.caller(ours.token("read", sub=None, client_id="robot")).name == "robot"
    assert authorizer.caller(ours.token("read", client_id="robot")).name == "alice"
    for claims in ({}, {"client_id": ""}, {"client_id": 5}, {"email": "a@b.org"}):
        assert authorizer.refused(ours.token("read", sub=None, **claims)) == "invalid", claims


def all_three(classes: set[str]) -> dict[str, set[str]]:
    return {str(each): classes for each in Permission}


CLASSES: dict[str, tuple[object, dict[str, set[str]]]] = {
    "none": (None, {}),
    "an empty list": ([], {}),
    "a list": (["news", "sport"], all_three({"news", "sport"})),
    "one text": ("news", all_three({"news"})),
    "one text with a space": ("a b", all_three({"a b"})),
    "to read": (["news:read"], {"read": {"news"}}),
    "to read, as one text": ("news:read", {"read": {"news"}}),
    "each its own": (
        ["a:read", "b:write", "c:delete"],
        {"read": {"a"}, "write": {"b"}, "delete": {"c"}},
    ),
    "to read and to write": (["a:read", "a:write"], {"read": {"a"}, "write": {"a"}}),
    "with a colon in it": (["a:b:read"], {"read": {"a:b"}}),
    "of no permission": (["a:own"], all_three({"a:own"})),
    "with others between": (["news:read", 5, None, ["sport"], {"x": 1}], {"read": {"news"}}),
}


@pytest.mark.parametrize("what", CLASSES)
@pytest.mark.parametrize("claim", ["auth_classes", "tams:teams"])
def test_classes_come_from_their_claim(claim: str, what: str, ours: TokenIssuer) -> None:
    given, expected = CLASSES[what]
    claims: dict[str, Any] = {claim: given}
    named = {} if claim == "auth_classes" else {"classes_claim": claim}
    authorizer = Authorizer(trusted(ours, **named), classes=True)

    classes = authorizer.caller(ours.token("read", "write", "delete", **claims)).classes

    assert classes is not None
    for permission in Permission:
        assert classes[permission] == expected.get(permission, set()), permission


def test_classes_of_another_claim_are_none(ours: TokenIssuer) -> None:
    authorizer = Authorizer(trusted(ours, classes_claim="teams"), classes=True)

    classes = authorizer.caller(ours.token("read", auth_classes=["news"])).classes

    assert classes == {Permission.READ: frozenset()}


def test_classes_go_no_further_than_scopes(ours: TokenIssuer) -> None:
    authorizer = Authorizer(trusted(ours), classes=True)

    caller = authorizer.caller(ours.token("read", auth_classes=["news", "a:write"]))
    assert caller.classes == {Permission.READ: frozenset({"news"})}
    assert authorizer.caller(ours.token(auth_classes=["news"])).classes == {}


def test_classes_are_nothing_to_an_admin_nor_where_they_are_not_in_use(ours: TokenIssuer) -> None:
    """None stands for all classes."""
    with_classes, without = (Authorizer(trusted(ours), classes=each) for each in (True, False))

    assert with_classes.caller(ours.token("admin", auth_classes=["news"])).classes is None
    assert with_classes.caller(ours.token("read", "admin")).classes is None
    assert without.caller(ours.token("read", auth_classes=["news"])).classes is None
    assert with_classes.caller(ours.token("read")).classes is not None
