"""The requests in guides to the API, run in order; each answer is what the guide shows."""

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.contract.conformance import ROOT

DOCS = ROOT / "shared" / "docs"
GUIDES = (
    "api.md",
    "guides/creating.md",
    "guides/collections.md",
    "guides/playback.md",
    "guides/segment-tags.md",
    "guides/coverage.md",
)
ANYTHING = "…"
_EXCHANGE = re.compile(
    r"```http\n(?P<request>.*?)```\n\n"
    r"```(?P<language>\w+) title=\"(?P<status>\d+)[^\"]*\"\n(?P<answer>.*?)```",
    re.DOTALL,
)


@dataclass(frozen=True)
class Exchange:
    method: str
    target: str
    headers: dict[str, str]
    body: str
    status: int
    language: str
    answer: str


def exchanges(text: str) -> list[Exchange]:
    found = []
    for match in _EXCHANGE.finditer(text):
        head, _, body = match["request"].partition("\n\n")
        first, *others = head.splitlines()
        method, target = first.split(" ", 1)
        headers = dict(line.split(": ", 1) for line in others)
        status, answer = int(match["status"]), match["answer"].strip()
        found.append(Exchange(method, target, headers, body, status, match["language"], answer))
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


def fits_lines(shown: str, real: str) -> bool:
    """Line by line; `…` stands for any text, as often as it is there."""
    patterns = [".*".join(map(re.escape, line.split(ANYTHING))) for line in shown.splitlines()]
    lines = real.splitlines()
    return len(patterns) == len(lines) and all(map(re.fullmatch, patterns, lines))


@pytest.mark.parametrize("guide", GUIDES)
def test_every_request_of_a_guide_gets_the_answer_that_the_guide_shows(
    api: httpx.Client, guide: str
) -> None:
    follow(api, guide)


def follow(api: httpx.Client, guide: str) -> None:
    text = (DOCS / guide).read_text()
    shown = exchanges(text)
    assert len(shown) == text.count("```http\n"), "a request without an answer"

    etags: dict[str, str] = {}
    for each in shown:
        headers = dict(each.headers)
        if headers.get("If-None-Match") == f'"{ANYTHING}"':
            headers["If-None-Match"] = etags[each.target]
        response = api.request(each.method, each.target, content=each.body or None, headers=headers)
        etags[each.target] = response.headers.get("ETag", "")
        where = f"{each.method} {each.target}: {response.status_code} {response.text}"
        assert response.status_code == each.status, where
        if each.language == "m3u8":
            assert fits_lines(each.answer, response.text), where
        elif each.answer:
            as_shown = fits(json.loads(each.answer), response.json())
            assert as_shown, where
        else:
            assert response.content == b"", where
