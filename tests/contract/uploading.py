"""Uploads through the API, as their tests send them."""

import json
from typing import Any

import httpx

from tests.contract.steps import Json

MEDIA = b"the media"
KIND = "video/mp2t"


def segment(timerange: str = "[0:0_1:0)", **fields: Any) -> tuple[str, Any]:
    body = json.dumps({"timerange": timerange, **fields})
    return "segment", (None, body, "application/json")


def media(content: bytes = MEDIA, kind: str = KIND) -> tuple[str, Any]:
    return "file", ("a.ts", content, kind)


def text(name: str, value: str) -> tuple[str, Any]:
    return name, (None, value)


def upload(api: httpx.Client, flow: Json, *parts: tuple[str, Any]) -> httpx.Response:
    return api.post(f"/flows/{flow['id']}/segments", files=list(parts))


def uploaded(api: httpx.Client, flow: Json, *parts: tuple[str, Any]) -> Json:
    """The Object of an upload that is in order."""
    answer = upload(api, flow, *parts)
    assert answer.status_code == 201, answer.text
    assert answer.content == b""
    found = api.get(answer.headers["Location"])
    assert found.status_code == 200
    it: Json = found.json()
    return it


def refused(answer: httpx.Response, status: int, reason: str) -> None:
    assert answer.status_code == status, answer.text
    assert reason in answer.json()["summary"], answer.text
