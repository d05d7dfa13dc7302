"""Collections as the tests of /collections make and read them."""

from typing import Any

import httpx

from tests.contract.steps import Json

MULTI = "urn:x-nmos:format:multi"
MAPPING = {"track_index": 1}


def create(api: httpx.Client, *members: Json, **fields: Any) -> Json:
    body = {"members": [{"id": each["id"]} for each in members], **fields}
    answer = api.post("/collections", json=body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()]


def flow_collection(api: httpx.Client, collection: Json) -> Any:
    return api.get(f"/flows/{collection['id']}/flow_collection").json()
