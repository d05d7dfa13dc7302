"""Edits, and lists that wait until they are exact."""

import time
from collections.abc import Sequence

import httpx

from tests.e2e.playing import FPS, Use

PATIENCE_SECONDS = 120.0


def frames_of(edit: Sequence[Use]) -> list[int]:
    """The numbers that it shows."""
    spans = (
        (round((2 * use.index + use.first) * FPS), round((2 * use.index + use.last) * FPS))
        for use in edit
    )
    return [number for first, last in spans for number in range(first, last)]


def exact(api: httpx.Client, path: str, **query: str) -> httpx.Response:
    """The list as soon as it is exact."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = api.get(path, params={"wait": "20", **query})
        assert answer.status_code == 200, answer.text
        if answer.headers["X-TAMS-Exact"] == "true":
            return answer
        assert answer.headers["X-TAMS-Exact"].startswith('false; because="cut')
        assert time.monotonic() < deadline, answer.text
