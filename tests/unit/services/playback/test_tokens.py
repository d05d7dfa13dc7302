"""Tokens: nobody can make or change one, and each opens one thing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tams.errors import ForbiddenError
from tams.models.caller import Permission, Scope
from tams.services.playback.granting import check_opens
from tams.services.playback.tokens import Grant, Opened, PlaybackTokens
from tams.timing import TimeRange
from tams.token_paths import has_token, without_token

TOKENS = PlaybackTokens("a secret")
NOW = datetime(2030, 1, 1, tzinfo=UTC)
LATER = int(NOW.timestamp()) + 60
GRANT = Grant(Opened.FLOW, ("a flow",), LATER, TimeRange.between(0, 5), ("news",))


def test_a_token_says_what_it_opens() -> None:
    assert TOKENS.grant(TOKENS.token(GRANT), NOW) == GRANT


def test_equal_grants_have_equal_tokens() -> None:
    assert TOKENS.token(GRANT) == TOKENS.token(GRANT)


@given(st.data())
def test_a_token_with_any_other_character_opens_nothing(data: st.DataObject) -> None:
    token = TOKENS.token(GRANT)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda it: it != token[at]))

    with pytest.raises(ForbiddenError, match="not valid"):
        TOKENS.grant(token[:at] + other + token[at + 1 :], NOW)


@given(st.text())
def test_any_other_text_opens_nothing(text: str) -> None:
    with pytest.raises(ForbiddenError, match="not valid"):
        TOKENS.grant(text, NOW)


def test_another_secret_opens_nothing() -> None:
    with pytest.raises(ForbiddenError, match="not valid"):
        PlaybackTokens("another secret").grant(TOKENS.token(GRANT), NOW)


def test_a_token_opens_nothing_once_it_has_expired() -> None:
    with pytest.raises(ForbiddenError, match="expired"):
        TOKENS.grant(TOKENS.token(GRANT), datetime.fromtimestamp(LATER, UTC))


@pytest.mark.parametrize(
    ("opened", "identifier"), [(Opened.FLOW, "another"), (Opened.SOURCE, "a flow")]
)
def test_a_token_opens_nothing_else(opened: Opened, identifier: str) -> None:
    check_opens(GRANT, Opened.FLOW, "a flow")
    with pytest.raises(ForbiddenError, match="does not give access to this"):
        check_opens(GRANT, opened, identifier)


def test_its_bearer_may_read_what_its_maker_might() -> None:
    caller = GRANT.caller

    assert caller.scopes == {Scope.READ}
    assert caller.may(Permission.READ, ["news"])
    assert not caller.may(Permission.READ, ["sport"])
    assert not caller.may(Permission.WRITE, ["news"])


@pytest.mark.parametrize(
    ("path", "logged", "open_"),
    [
        ("/playback/abc/flows/1/hls.m3u8", "/playback/***/flows/1/hls.m3u8", True),
        ("/playback/abc", "/playback/***", False),
        ("/playback/tokens", "/playback/tokens", False),
        ("/playback/tokens/flows/1", "/playback/tokens/flows/1", False),
        ("/base/playback/abc/object", "/base/playback/***/object", False),
        ("/flows/1/hls.m3u8", "/flows/1/hls.m3u8", False),
    ],
)
def test_no_log_gets_a_token(path: str, logged: str, open_: bool) -> None:
    assert without_token(path) == logged
    assert has_token(path) is open_
