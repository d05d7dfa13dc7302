"""Steps for tests of Objects' instances."""

from typing import Any

import httpx


def add(api: httpx.Client, object_id: str, body: object) -> int:
    return api.post(f"/objects/{object_id}/instances", json=body).status_code


def remove(api: httpx.Client, object_id: str, **query: str) -> int:
    return api.delete(f"/objects/{object_id}/instances", params=query).status_code


def labels(api: httpx.Client, object_id: str) -> list[Any]:
    urls = api.get(f"/objects/{object_id}").json()["get_urls"]
    return [each.get("label") for each in urls]
