"""Renewing an account's secret: options not given stay unchanged, and the old secret goes when requested."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tams.access.accounts import Account, Accounts, hash_password, hash_token
from tams.models.caller import Caller, Scope
from tests.cli.accounts_file import PASSWORD, authorizer, entries, run, token, user

GIVEN = ("--scope", "read", "--scope", "delete", "--class", "news", "--expires", "2091-03-04")


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "accounts.json"


def test_the_old_secret_of_a_name_is_void(into: Path) -> None:
    token(into, "other")
    old = token(into, "robot")
    user(into, "robot", password="old")

    new = token(into, "robot")
    user(into, "robot", password="new")

    known = authorizer(into)
    assert known.refused(old) == "invalid"
    assert known.caller(new).name == "robot"
    assert known.of_password("robot", "old")["kind"] == "invalid"
    assert "caller" in known.of_password("robot", "new")
    assert [each["name"] for each in entries(into)["tokens"]] == ["other", "robot"]
    assert [each["name"] for each in entries(into)["users"]] == ["robot"]


def test_what_is_not_said_anew_is_as_it_was(into: Path) -> None:
    token(into, "robot", *GIVEN)
    user(into, "bob", *GIVEN)
    before = entries(into)

    token(into, "robot")
    user(into, "bob", password="new")

    for kind in ("tokens", "users"):
        (old,), (new,) = before[kind], entries(into)[kind]
        assert old.pop("hash") != new.pop("hash")
        assert new == old


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        (("--scope", "write"), "scopes", ["tams-api/write"]),
        (("--class", "sport:read"), "classes", ["sport:read"]),
        (("--expires", "2092-01-01"), "expires", "2092-01-01T00:00:00Z"),
    ],
    ids=str,
)
def test_what_is_said_anew_replaces_that_alone(
    options: tuple[str, ...], name: str, value: object, into: Path
) -> None:
    token(into, "robot", *GIVEN)
    (before,) = entries(into)["tokens"]

    token(into, "robot", *options)

    (after,) = entries(into)["tokens"]
    assert {**after, "hash": before["hash"]} == {**before, name: value}


def test_a_token_and_a_user_of_one_name_have_nothing_to_do_with_each_other(into: Path) -> None:
    made = token(into, "robot", "--scope", "admin")
    user(into, "robot")

    known = authorizer(into)

    found = Caller.from_json(known.of_password("robot", PASSWORD)["caller"])
    assert found.scopes == {Scope.READ}
    assert known.caller(made).scopes == {Scope.ADMIN}


def test_an_old_token_can_stay_good_until_the_next_one(into: Path) -> None:
    first = token(into, "robot", *GIVEN)
    second = token(into, "robot", "--keep-old")
    assert [authorizer(into).caller(each).name for each in (first, second)] == ["robot", "robot"]
    assert authorizer(into).caller(second) == authorizer(into).caller(first)

    third = token(into, "robot", "--keep-old")
    assert authorizer(into).refused(first) == "invalid", "two at a time"
    assert [authorizer(into).caller(each).name for each in (second, third)] == ["robot", "robot"]

    last = token(into, "robot")
    assert [authorizer(into).refused(each) for each in (first, second, third)] == ["invalid"] * 3
    assert authorizer(into).caller(last).name == "robot"
    assert len(entries(into)["tokens"]) == 1


def test_a_name_without_a_token_has_no_old_one_to_keep(into: Path) -> None:
    made = token(into, "robot", "--keep-old")

    assert authorizer(into).caller(made).name == "robot"
    assert len(entries(into)["tokens"]) == 1


def test_a_secret_that_takes_the_place_of_one_that_has_ended_is_not_ended_too(into: Path) -> None:
    """It is made good, or it is said that it would not be."""
    past = datetime.now(UTC) - timedelta(days=1)
    robot = Account(name="robot", hash=hash_token("x"), scopes=(Scope.READ,), expires=past)
    bob = Account(name="bob", hash=hash_password("x"), scopes=(Scope.READ,), expires=past)
    into.write_text(Accounts(tokens=(robot,), users=(bob,)).model_dump_json())

    made = run("token", "robot", "--into", str(into))
    changed = run("user", "bob", "--into", str(into), "--password", PASSWORD)

    known = authorizer(into)
    assert made.code == 2 or "caller" in known.finding(made.out.strip())
    assert changed.code == 2 or "caller" in known.of_password("bob", PASSWORD)
