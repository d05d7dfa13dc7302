"""How much of a client's text errors repeat, and how they name ids."""

import pytest

from tams.errors import QUOTED_MAX, NotFoundError, clipped, quoted
from tams.models.common import is_uuid, uuid_fault

RIGHT = "3b241101-e2bb-4255-8caf-4136c566a962"


@pytest.mark.parametrize("text", ["", "a", "it's", "ünï", "x" * QUOTED_MAX])
def test_a_short_text_is_quoted_as_it_is(text: str) -> None:
    assert clipped(text) == text
    assert quoted(text) == repr(text)


@pytest.mark.parametrize("text", ["x" * 100_000, "\U000e0001" * 100_000, "\ud800" * 81])
def test_a_long_text_is_cut(text: str) -> None:
    assert len(clipped(text)) == QUOTED_MAX + 1
    assert clipped(text).endswith("…")
    assert len(str(NotFoundError("Flow", text))) < 150


@pytest.mark.parametrize(
    "bad", ["\x00", "\n", "\r", "\x1b[31m", "\u202e", "\u2028", "\ud800", "\x7f"]
)
def test_nothing_that_a_terminal_or_a_log_acts_on_is_repeated(bad: str) -> None:
    assert clipped(f"a{bad}b").isprintable()
    assert quoted(f"a{bad}b").isprintable()


@pytest.mark.parametrize(
    "text",
    [RIGHT.upper(), f"{{{RIGHT}}}", f"urn:uuid:{RIGHT}", RIGHT.replace("-", ""), RIGHT.title()],
)
def test_another_spelling_of_an_id_is_put_right(text: str) -> None:
    assert not is_uuid(text)
    assert uuid_fault(text).endswith(f"version 1 to 5: write '{RIGHT}'")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("0190163d-8694-739b-aea5-966c26f8ad91", "version 1 to 5, not 7"),
        ("00000000-0000-0000-0000-000000000000", "version 1 to 5"),
        ("not-a-uuid", "version 1 to 5"),
        ("", "version 1 to 5"),
        ("x" * 100_000, "version 1 to 5"),
    ],
)
def test_what_cannot_be_an_id_is_told_the_rule(text: str, end: str) -> None:
    assert uuid_fault(text).endswith(end)
