"""Steps shared by the tests of classes."""

from typing import Any
from uuid import uuid4

import httpx

from tests.builders import a_video_flow_body
from tests.contract.steps import segment
from tests.receiver import Receiver

Json = dict[str, Any]


def make(api: httpx.Client, *classes: str, **fields: Any) -> Json:
    tags = {"auth_classes": list(classes)} if classes else {}
    body = a_video_flow_body(
        **{"id": str(uuid4()), "source_id": str(uuid4()), "tags": tags} | fields
    )
    answer = api.put(f"/flows/{body['id']}", json=body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def add(api: httpx.Client, flow: Json, start: int, object_id: str, **fields: Any) -> httpx.Response:
    body = segment(object_id, start, start + 1, **fields)
    return api.post(f"/flows/{flow['id']}/segments", json=body)


def external(name: str) -> Json:
    return {"get_urls": [{"label": name, "url": f"https://{name}.example.com/x"}]}


def registered(api: httpx.Client, flow: Json, storage_id: str | None = None) -> str:
    """An Object of the Flow with bytes on a backend, at its first second."""
    asked = {"limit": 1} | ({"storage_id": storage_id} if storage_id else {})
    answer = api.post(f"/flows/{flow['id']}/storage", json=asked)
    assert answer.status_code == 201, answer.text
    (made,) = answer.json()["media_objects"]
    url = made["put_url"]
    put = httpx.put(url["url"], content=b"x", headers={"Content-Type": url["content-type"]})
    assert put.status_code == 200
    assert add(api, flow, 0, made["object_id"]).status_code == 201
    return str(made["object_id"])


def subscribe(api: httpx.Client, inbox: Receiver, **fields: Any) -> httpx.Response:
    events = ["flows/created", "flows/updated", "flows/segments_added", "flows/deleted"]
    return api.post("/service/webhooks", json={"url": inbox.url, "events": events} | fields)
