"""Keys are rotated while clients call: a new key works from its first token on, an old one is dropped."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from local.stack import Stack
from tams.access.key_set import _LOOK_SECONDS
from tests.access.conftest import KEYS_MAX_AGE
from tests.access.issuer import Key, TokenIssuer, new_key
from tests.long_form import SOAK
from tests.waiting import until

LATE = 0.5
"""Seconds that a request may have been under way."""
PAUSE = 0.02
"""Seconds between the requests of one client: clients that never pause would starve all others."""


@pytest.fixture
def steady(issuer: TokenIssuer, client: httpx.Client) -> Iterator[TokenIssuer]:
    """The issuer, which has its keys again afterwards, and whose tokens are good again then."""
    before = list(issuer.keys)
    yield issuer
    issuer.keys, issuer.away = before, False
    until(lambda: status(client, issuer.token("read")) == 200)


def status(client: httpx.Client, token: str) -> int:
    return client.get("/flows?limit=1", headers={"Authorization": f"Bearer {token}"}).status_code


class Load:
    """Clients, each with connections of its own, that call with the tokens they are given."""

    def __init__(self, guarded: Stack, token: Callable[[], str]) -> None:
        self.answers: list[tuple[float, int]] = []
        """When a request was begun, and its status."""
        self._guarded, self._token = guarded, token
        self._answered_last: list[float] = []
        """When each client began its last request that was answered."""
        self._stopped = threading.Event()

    @contextmanager
    def running(self, clients: int) -> Iterator["Load"]:
        self._answered_last = [0.0] * clients
        threads = [threading.Thread(target=self._call, args=(it,)) for it in range(clients)]
        for each in threads:
            each.start()
        try:
            yield self
        finally:
            self._stopped.set()
            for each in threads:
                each.join()

    def goes_on(self) -> None:
        """Returns when every client has had an answer to a request that it began from now on."""
        now = time.monotonic()
        until(lambda: all(begun >= now for begun in self._answered_last))

    def statuses(self, since: float = 0.0) -> set[int]:
        return {got for begun, got in self.answers if begun >= since}

    def _call(self, number: int) -> None:
        with httpx.Client(base_url=self._guarded.api_url, timeout=120) as client:
            while not self._stopped.wait(PAUSE):
                begun = time.monotonic()
                self.answers.append((begun, status(client, self._token())))
                self._answered_last[number] = begun


def test_no_valid_token_is_refused_while_keys_change(guarded: Stack, steady: TokenIssuer) -> None:
    algorithms = ("RS256", "ES256", "RS256", "RS256") if SOAK else ("ES256", "RS256")
    # Tests before this one made up keys, so the authorizer may have no look at the issuer left.
    time.sleep(len(algorithms) * _LOOK_SECONDS)
    with Load(guarded, lambda: steady.token("read")).running(clients=6) as load:
        for algorithm in algorithms:
            time.sleep(1)
            load.goes_on()  # so that no client still waits with a token of the withdrawn key
            steady.keys = [*steady.keys[-1:], new_key(algorithm)]  # the one before stays
        load.goes_on()

    assert load.statuses() == {200}
    assert len(load.answers) >= 6 * 3


def test_a_revoked_key_is_refused_after_its_time_and_nobody_else_is(
    guarded: Stack, steady: TokenIssuer
) -> None:
    revoked, good = steady.keys[-1], new_key()
    steady.keys = [revoked, good]
    old, new = steady.token("read", key=revoked), steady.token("read", key=good)

    with (
        Load(guarded, lambda: old).running(clients=4) as of_old,
        Load(guarded, lambda: new).running(clients=2) as of_new,
    ):
        of_old.goes_on()
        steady.keys, withdrawn = [good], time.monotonic()
        time.sleep(KEYS_MAX_AGE + LATE)
        of_old.goes_on()
        of_new.goes_on()

    assert of_old.statuses() == {200, 401}
    assert of_old.statuses(since=withdrawn + KEYS_MAX_AGE + LATE) == {401}
    assert of_new.statuses() == {200}
    assert of_new.answers


def test_without_its_issuer_a_token_is_good_until_the_keys_are_too_old_then_it_is_503(
    client: httpx.Client, steady: TokenIssuer
) -> None:
    token = steady.token("read")
    assert {status(client, token) for _ in range(8)} == {200}

    steady.away = True
    time.sleep(KEYS_MAX_AGE + LATE)
    answer = client.get("/flows", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["summary"] == "credentials cannot be checked at the moment; try again"


def test_tokens_with_made_up_keys_do_not_flood_the_issuer(
    client: httpx.Client, steady: TokenIssuer
) -> None:
    before, begun = steady.fetches, time.monotonic()
    for _ in range(100):
        made_up: Key = Key(new_key("ES256").id, "ES256", new_key("ES256").private)
        assert status(client, steady.token("read", key=made_up)) == 401

    seconds = time.monotonic() - begun
    by_each = 8 + seconds / 5 + seconds / (KEYS_MAX_AGE * 0.8)  # looks at once, looks, renewals
    assert steady.fetches - before < 2 * by_each
