"""`tams admin token` and `tams admin user`: a secret is shown once, and what is stored grants no access."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tams.access.accounts import Accounts
from tams.models.caller import Caller, Permission, Scope
from tests.access.finding import Authorizer
from tests.cli.accounts_file import PASSWORD, authorizer, entries, run, token, user


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "accounts.json"


def test_a_token_is_told_once_and_opens_what_it_is_for(into: Path) -> None:
    told = run("token", "robot", "--into", str(into))

    made = told.out.strip()
    assert told.code == 0
    assert len(made) >= 43, "256 bits"
    assert "cannot be shown again" in told.err
    assert made not in told.err + into.read_text()
    caller = authorizer(into).caller(made)
    assert caller == Caller("robot", frozenset({Scope.READ}), {Permission.READ: frozenset()})
    assert authorizer(into).refused(made[:-1]) == "invalid"


def test_no_two_tokens_are_alike(into: Path) -> None:
    assert len({token(into, f"robot-{number}") for number in range(5)}) == 5


def test_the_hash_of_a_token_is_none(into: Path) -> None:
    made = token(into)
    known = entries(into)["tokens"][0]["hash"]

    for each in (known, *known.split("$"), f"{known}{made}"):
        assert authorizer(into).refused(each) == "invalid"


def test_a_password_is_asked_for_and_not_told(into: Path) -> None:
    told = run("user", "bob", "--into", str(into), typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert told.code == 0
    assert PASSWORD not in told.out + told.err + into.read_text()
    assert entries(into)["users"][0]["hash"].startswith("scrypt$")
    caller = Caller.from_json(authorizer(into).of_password("bob", PASSWORD)["caller"])
    assert caller == Caller("bob", frozenset({Scope.READ}), {Permission.READ: frozenset()})
    assert authorizer(into).of_password("bob", PASSWORD + "x")["kind"] == "invalid"
    assert authorizer(into).refused(PASSWORD) == "invalid", "it is no token"


def test_two_passwords_that_differ_are_asked_for_again(into: Path) -> None:
    typed = "one\nanother\nlast\nlast\n"

    told = run("user", "bob", "--into", str(into), typed=typed)

    assert told.code == 0
    assert "caller" in authorizer(into).of_password("bob", "last")


def test_enter_alone_is_no_password(into: Path) -> None:
    told = run("user", "bob", "--into", str(into), typed="\n\n")

    assert told.code != 0
    assert not into.exists()


def test_scopes_and_classes_are_given_one_by_one(into: Path) -> None:
    scopes = ("--scope", "read", "--scope", "write", "--scope", "delete")
    made = token(into, "robot", *scopes, "--class", "news", "--class", "sport:read")

    caller = authorizer(into).caller(made)

    assert caller.scopes == {Scope.READ, Scope.WRITE, Scope.DELETE}
    assert caller.classes == {
        Permission.READ: frozenset({"news", "sport"}),
        Permission.WRITE: frozenset({"news"}),
        Permission.DELETE: frozenset({"news"}),
    }
    root = token(into, "root", "--scope", "admin")
    assert authorizer(into).caller(root).classes is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2091-03-04", datetime(2091, 3, 4, tzinfo=UTC)),
        ("2091-03-04T05:06:07", datetime(2091, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2091-03-04T05:06:07Z", datetime(2091, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2091-03-04T05:06:07+02:00", datetime(2091, 3, 4, 3, 6, 7, tzinfo=UTC)),
    ],
)
def test_the_day_it_ends_is_in_utc(text: str, expected: datetime, into: Path) -> None:
    made = token(into, "robot", "--expires", text)
    user(into, "bob", "--expires", text)

    found = Accounts.model_validate_json(into.read_text())

    assert [each.expires for each in (*found.tokens, *found.users)] == [expected, expected]
    assert authorizer(into).caller(made).name == "robot"


def test_without_a_day_it_never_ends(into: Path) -> None:
    token(into)

    assert "expires" not in entries(into)["tokens"][0]


def test_what_is_in_the_file_stays_there(into: Path) -> None:
    first, second = token(into, "a", "--class", "news"), token(into, "b", "--scope", "write")
    user(into, "a")
    user(into, "c", password="other")

    known = authorizer(into)

    assert [each["name"] for each in entries(into)["tokens"]] == ["a", "b"]
    assert [each["name"] for each in entries(into)["users"]] == ["a", "c"]
    assert known.caller(first).name == "a"
    assert known.caller(second).scopes == {Scope.WRITE}
    assert "caller" in known.of_password("a", PASSWORD)
    assert "caller" in known.of_password("c", "other")


def test_the_file_is_its_owners_alone(into: Path) -> None:
    token(into)
    assert stat.S_IMODE(into.stat().st_mode) == 0o600

    into.chmod(0o640)
    token(into, "other")
    assert stat.S_IMODE(into.stat().st_mode) == 0o640, "opening it to a group was intended"


def test_without_a_file_the_entry_is_printed_for_the_secret() -> None:
    told = run("token", "robot", "--class", "news")
    made = told.err.strip().rpartition("\n")[2]

    known = Authorizer(accounts=Accounts.model_validate_json(told.out))

    assert known.caller(made).name == "robot"
    assert made not in told.out, "which may go on into a file"
    asked = run("user", "bob", "--password", PASSWORD)
    assert Accounts.model_validate_json(asked.out).users[0].name == "bob"


NOT_TAKEN: dict[str, tuple[tuple[str, ...], str]] = {
    "no name": (("token",), "NAME"),
    "an empty name": (("token", ""), "name"),
    "an empty name of a user": (("user", "", "--password", "x"), "name"),
    "a name with a colon": (("user", "a:b", "--password", "x"), "colon"),
    "an empty password": (("user", "bob", "--password", ""), "password"),
    "a scope that there is not": (("token", "x", "--scope", "all"), "all"),
    "an empty class": (("token", "x", "--class", ""), "class"),
    "an end that is no day": (("token", "x", "--expires", "soon"), "--expires"),
    "an end that has passed": (("token", "x", "--expires", "2001-01-01"), "--expires"),
    "a folder that is not there": (("token", "x", "--into", "/no/such/folder/x"), "--into"),
    "a folder as the file": (("token", "x", "--into", "/"), "--into"),
}


@pytest.mark.parametrize("what", NOT_TAKEN)
def test_what_cannot_be_meant_is_refused_in_words_and_no_secret_is_made(what: str) -> None:
    arguments, word = NOT_TAKEN[what]

    told = run(*arguments)

    assert told.code == 2
    assert word.casefold() in told.err.casefold()
    assert told.out == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"tokens": [{"name": "x", "hash": "not-for-logs", "scopes": []}]}',
        b'{"others": []}',
        b"\xff\xfe",
    ],
    ids=ascii,
)
def test_a_file_that_holds_something_else_is_left_as_it_is(content: bytes, into: Path) -> None:
    into.write_bytes(content)

    told = run("token", "robot", "--into", str(into))

    assert told.code == 2
    assert "does not contain accounts" in told.err
    assert "not-for-logs" not in told.err + told.out
    assert told.out == ""
    assert into.read_bytes() == content


def test_a_folder_that_is_not_there_is_told_without_error_numbers(tmp_path: Path) -> None:
    told = run("token", "me", "--into", str(tmp_path / "nowhere" / "accounts.json"))

    assert told.code == 2
    assert "No such file or directory" in told.err
    assert "Errno" not in told.err
