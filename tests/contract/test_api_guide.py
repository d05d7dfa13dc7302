"""The requests in guides to the API, run in order; each answer is what the guide shows."""

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.contract.conformance import ROOT

DOCS = ROOT / "shared" / "docs"
GUIDES = ("api.md", "guides/creating.md")
ANYTHING = "…"
_EXCHANGE = re.compile(
    r"```http\n(?P<request>.*?)```\n\n```\w+ title=\"(?P<status>\d+)[^\"]*\"\n(?P<answer>.*?)```",
    re.DOTALL,
)


@dataclass(frozen=True)
class Exchange:
    method: str
    target: str
    body: str
    status: int
    answer: str


def exchanges(text: str) -> list[Exchange]:
    found = []
    for match in _EXCHANGE.finditer(text):
        head, _, body = match["request"].partition("\n\n")
        method, target = head.splitlines()[0].split(" ", 1)
        found.append(Exchange(method, target, body, int(match["status"]), match["answer"].strip()))
    return found


def fits(shown: Any, real: Any) -> bool:
    """`…` matches any text or member; a text with it matches by its two ends."""
    if isinstance(shown, dict):
        open_ended = ANYTHING in shown
        names = shown.keys() - {ANYTHING}
        return (
            isinstance(real, dict)
            and (names <= real.keys() if open_ended else names == real.keys())
            and all(fits(shown[name], real[name]) for name in names)
        )
    if isinstance(shown, list):
        return (
            isinstance(real, list)
            and len(shown) == len(real)
            and all(fits(a, b) for a, b in zip(shown, real, strict=True))
        )
    if isinstance(shown, str) and ANYTHING in shown:
        start, _, end = shown.partition(ANYTHING)
        return isinstance(real, str) and real.startswith(start) and real.endswith(end)
    return bool(shown == real)


@pytest.mark.parametrize("guide", GUIDES)
def test_every_request_of_a_guide_gets_the_answer_that_the_guide_shows(
    api: httpx.Client, guide: str
) -> None:
    text = (DOCS / guide).read_text()
    shown = exchanges(text)
    assert len(shown) == text.count("```http\n"), "a request without an answer"

    for each in shown:
        headers = {"Content-Type": "application/json"} if each.body else {}
        response = api.request(each.method, each.target, content=each.body, headers=headers)
        where = f"{each.method} {each.target}: {response.status_code} {response.text}"
        assert response.status_code == each.status, where
        if each.answer:
            as_shown = fits(json.loads(each.answer), response.json())
            assert as_shown, where
        else:
            assert response.content == b"", where
