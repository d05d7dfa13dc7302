"""Access keys that change in their secret, and a Secrets Manager that is down."""

import json
from dataclasses import dataclass, field

import pytest
from pydantic import ValidationError

from tams.access_keys import RebuiltOnChange
from tams.errors import BackendUnavailableError
from tams.runtime.key_finder import SecretKeys, key_finder
from tams.runtime.secrets import SecretUnavailableError
from tams.settings.section import KeySettings


@dataclass
class Secret:
    """One that is kept in memory, with the time."""

    text: str = json.dumps({"access_key": "a1", "secret_key": "s1"})
    away: bool = False
    reads: int = 0
    now: float = 1_000.0
    keys: SecretKeys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = SecretKeys("arn:x", 300.0, self.read, lambda: self.now)

    def read(self, arn: str) -> str:
        self.reads += 1
        if self.away:
            raise SecretUnavailableError(f"{arn} cannot be read")
        return self.text

    def rotate(self, number: int) -> None:
        self.text = json.dumps({"access_key": f"a{number}", "secret_key": f"s{number}"})


def test_new_keys_are_taken_when_the_old_ones_are_old_enough() -> None:
    secret = Secret()
    assert secret.keys() == secret.keys() == ("a1", "s1")
    secret.rotate(2)

    secret.now += 299
    assert (secret.keys(), secret.reads) == (("a1", "s1"), 1)
    secret.now += 1
    assert (secret.keys(), secret.reads) == (("a2", "s2"), 2)


def test_keys_stay_good_while_their_secret_cannot_be_read_which_is_tried_now_and_then() -> None:
    secret = Secret()
    secret.keys()
    secret.rotate(2)
    secret.away = True

    secret.now += 300
    assert [secret.keys() for _ in range(3)] == [("a1", "s1")] * 3
    assert secret.reads == 2
    secret.now += 30
    assert (secret.keys(), secret.reads) == (("a1", "s1"), 3)
    secret.away = False
    secret.now += 30
    assert secret.keys() == ("a2", "s2")


def test_without_any_keys_nothing_can_be_done_and_each_request_asks_again() -> None:
    secret = Secret(away=True)
    for _ in range(2):
        with pytest.raises(BackendUnavailableError, match="access keys"):
            secret.keys()
    secret.away = False

    assert (secret.keys(), secret.reads) == (("a1", "s1"), 3)


@pytest.mark.parametrize("text", ["", "[]", '"x"', "{}", '{"access_key": "a"}', "not-for-logs"])
def test_a_secret_without_keys_is_told_of_without_its_words(text: str) -> None:
    with pytest.raises(BackendUnavailableError) as raised:
        Secret(text=text).keys()

    assert not text or text not in str(raised.value)


def test_keys_that_are_given_need_no_secret_and_half_of_them_are_none() -> None:
    given = key_finder(KeySettings(access_key="a", secret_key="s"), 300)

    assert given is not None
    assert given() == ("a", "s")
    assert key_finder(KeySettings(), 300) is None
    with pytest.raises(ValidationError, match="must be given together"):
        KeySettings(access_key="a")


def test_what_is_made_with_keys_is_made_anew_for_others_only() -> None:
    keys, made = ["a"], list[str]()

    def make(key: str) -> str:
        made.append(key)
        return f"client of {key}"

    kept = RebuiltOnChange(lambda: keys[0], make)
    assert made == []
    assert kept.get() == kept.get() == "client of a"
    keys[0] = "b"
    assert kept.get() == "client of b"
    assert made == ["a", "b"]
