"""The `tams` command against a server that requires credentials."""

import pytest

from local.stack import Stack
from tests.access.conftest import STATIC_TOKEN
from tests.cli.test_failures import line, tams


def test_without_a_token_the_command_says_how_to_give_one(guarded: Stack) -> None:
    told = line(tams("ls", "--url", guarded.api_url))

    assert "needs a token: give one with --token or TAMS_TOKEN" in told


def test_a_token_that_is_not_accepted_is_told_and_not_repeated(guarded: Stack) -> None:
    told = line(tams("ls", "--url", guarded.api_url, TAMS_TOKEN="wrong-token-of-the-tests"))

    assert "does not accept the token of --token or TAMS_TOKEN" in told
    assert "wrong-token" not in told


@pytest.mark.parametrize(
    "arguments",
    [("--token", STATIC_TOKEN, "ls"), ("ls", "--token", STATIC_TOKEN)],
    ids=["before", "after"],
)
def test_the_token_stands_before_or_after_the_command(
    guarded: Stack, arguments: tuple[str, ...]
) -> None:
    done = tams("--url", guarded.api_url, *arguments, TAMS_TOKEN="wrong-token-of-the-tests")

    assert done.returncode == 0, done.stderr


def test_the_token_is_taken_from_the_environment(guarded: Stack) -> None:
    assert tams("ls", "--url", guarded.api_url, TAMS_TOKEN=f"{STATIC_TOKEN}\n").returncode == 0
