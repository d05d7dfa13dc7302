"""Wrong passwords over real HTTP: slowed down for the address they come from, and for no other."""

from collections.abc import Iterator

import httpx
import pytest

from local.stack import Stack
from tams.access.attempts import AT_ONCE
from tests.access.conftest import ADMIN, PASSWORD, accounts
from tests.stacks import UNHURRIED, new_stack

NEVER = 100
"""More wrong passwords than can be answered before one is refused, however slow the machine."""


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """With the limits of a deployment, and one process, which remembers who was let in."""
    stack = new_stack(
        tmp_path_factory.mktemp("limited"),
        workers=1,
        env=UNHURRIED,
        only=("vast", "gateway"),
        access={"TAMS_ACCESS__ACCOUNTS": accounts().model_dump_json()},
    )
    with stack:
        yield stack


def ask(stack: Stack, address: str, name: str, password: str, **headers: str) -> httpx.Response:
    """From an address of loopback."""
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=stack.api_url, transport=transport, timeout=120) as client:
        return client.get("/flows", auth=(name, password), headers=headers)


def guesses(stack: Stack, address: str, name: str, **headers: str) -> list[httpx.Response]:
    """Wrong passwords until one is refused unread."""
    answers: list[httpx.Response] = []
    while not answers or answers[-1].status_code == 401:
        answers.append(ask(stack, address, name, f"guess {len(answers)}", **headers))
        assert len(answers) < NEVER, "nothing limits wrong passwords"
    return answers


def test_wrong_passwords_are_429_with_a_time_to_come_back_and_the_error_body(
    limited: Stack,
) -> None:
    *answered, refused = guesses(limited, "127.0.1.1", "somebody")

    assert len(answered) >= AT_ONCE
    assert {each.status_code for each in answered} == {401}
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert "www-authenticate" not in refused.headers
    body = refused.json()
    assert body["type"] == "TooManyRequests"
    assert body["summary"].startswith("too many wrong passwords: try again in ")


def test_the_right_password_is_let_in_from_another_address(limited: Stack) -> None:
    guesses(limited, "127.0.2.1", "bob")

    assert ask(limited, "127.0.2.2", "bob", PASSWORD).status_code == 200


def test_a_password_that_was_right_lately_is_let_in_from_the_attackers_address(
    limited: Stack,
) -> None:
    assert ask(limited, "127.0.3.2", "bob", PASSWORD).status_code == 200
    guesses(limited, "127.0.3.1", "bob")

    assert ask(limited, "127.0.3.1", "bob", PASSWORD).status_code == 200


def test_tokens_are_let_in_whatever_passwords_come_from_their_address(limited: Stack) -> None:
    guesses(limited, "127.0.4.1", "bob")

    transport = httpx.HTTPTransport(local_address="127.0.4.1")
    with httpx.Client(base_url=limited.api_url, transport=transport, timeout=120) as client:
        assert client.get("/flows", headers=ADMIN).status_code == 200


def test_an_account_that_does_not_exist_is_answered_like_one_that_does(limited: Stack) -> None:
    known = guesses(limited, "127.0.5.1", "bob")
    unknown = guesses(limited, "127.0.5.2", "nobody")

    def told(answer: httpx.Response) -> tuple[int, str, str]:
        body = answer.json()
        return answer.status_code, body["type"], body["summary"].rstrip("0123456789 s,")

    assert told(known[0]) == told(unknown[0])
    assert told(known[-1])[:2] == told(unknown[-1])[:2]
    assert known[-1].headers.keys() == unknown[-1].headers.keys()


def test_a_header_of_the_client_is_not_its_address(limited: Stack) -> None:
    guesses(limited, "127.0.6.1", "bob")
    elsewhere = "203.0.113.9"

    made_up = {
        "X-Forwarded-For": elsewhere,
        "Forwarded": f"for={elsewhere}",
        "X-Real-IP": elsewhere,
    }

    assert ask(limited, "127.0.6.1", "bob", "guess", **made_up).status_code == 429


def test_what_is_public_stays_so_for_an_address_that_is_refused(limited: Stack) -> None:
    guesses(limited, "127.0.7.1", "bob")

    transport = httpx.HTTPTransport(local_address="127.0.7.1")
    with httpx.Client(base_url=limited.api_url, transport=transport, timeout=120) as client:
        assert client.get("/openapi.json", auth=("bob", "guess")).status_code == 200
