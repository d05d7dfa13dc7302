"""EP: every operation of the specification, with its response when all is well.

That each answer's status, headers and body are ones that the BBC's OpenAPI file declares for the operation
is checked by the client of all tests, `tests/official_contract.py`.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.contract.conftest import AT_ONCE_SEGMENTS
from tests.contract.steps import Json, segment, uploaded
from tests.maker import Maker

PROPERTIES = {
    "label": "Camera 1",
    "description": "By the door",
    "max_bit_rate": 6000,
    "avg_bit_rate": 5000,
    "flow_collection": [],
    "tags/a": "c",
}

OPERATIONS = [
    "EP-1 HEAD /",
    "EP-2 GET /",
    "EP-3 HEAD /service",
    "EP-4 GET /service",
    "EP-5 POST /service",
    "EP-6 HEAD /service/storage-backends",
    "EP-7 GET /service/storage-backends",
    "EP-8 HEAD /service/profiles",
    "EP-9 GET /service/profiles",
    "EP-10 HEAD /service/profiles/{profileId}",
    "EP-11 GET /service/profiles/{profileId}",
    "EP-12 POST /service/profiles/{profileId}",
    "EP-13 HEAD /service/webhooks",
    "EP-14 GET /service/webhooks",
    "EP-15 POST /service/webhooks",
    "EP-16 HEAD /service/webhooks/{webhookId}",
    "EP-17 GET /service/webhooks/{webhookId}",
    "EP-18 PUT /service/webhooks/{webhookId}",
    "EP-19 DELETE /service/webhooks/{webhookId}",
    "EP-20 HEAD /sources",
    "EP-21 GET /sources",
    "EP-22 HEAD /sources/{sourceId}",
    "EP-23 GET /sources/{sourceId}",
    "EP-24 HEAD /sources/{sourceId}/tags",
    "EP-25 GET /sources/{sourceId}/tags",
    "EP-26 HEAD /sources/{sourceId}/tags/a",
    "EP-27 GET /sources/{sourceId}/tags/a",
    "EP-28 PUT /sources/{sourceId}/tags/a",
    "EP-29 DELETE /sources/{sourceId}/tags/a",
    "EP-30 HEAD /sources/{sourceId}/description",
    "EP-31 GET /sources/{sourceId}/description",
    "EP-32 PUT /sources/{sourceId}/description",
    "EP-33 DELETE /sources/{sourceId}/description",
    "EP-34 HEAD /sources/{sourceId}/label",
    "EP-35 GET /sources/{sourceId}/label",
    "EP-36 PUT /sources/{sourceId}/label",
    "EP-37 DELETE /sources/{sourceId}/label",
    "EP-38 HEAD /flows",
    "EP-39 GET /flows",
    "EP-40 HEAD /flows/{flowId}",
    "EP-41 GET /flows/{flowId}",
    "EP-42 PUT /flows/{flowId}",
    "EP-43 DELETE /flows/{flowId}",
    "EP-44 HEAD /flows/{flowId}/tags",
    "EP-45 GET /flows/{flowId}/tags",
    "EP-46 HEAD /flows/{flowId}/tags/a",
    "EP-47 GET /flows/{flowId}/tags/a",
    "EP-48 PUT /flows/{flowId}/tags/a",
    "EP-49 DELETE /flows/{flowId}/tags/a",
    "EP-50 HEAD /flows/{flowId}/description",
    "EP-51 GET /flows/{flowId}/description",
    "EP-52 PUT /flows/{flowId}/description",
    "EP-53 DELETE /flows/{flowId}/description",
    "EP-54 HEAD /flows/{flowId}/label",
    "EP-55 GET /flows/{flowId}/label",
    "EP-56 PUT /flows/{flowId}/label",
    "EP-57 DELETE /flows/{flowId}/label",
    "EP-58 HEAD /flows/{flowId}/read_only",
    "EP-59 GET /flows/{flowId}/read_only",
    "EP-60 PUT /flows/{flowId}/read_only",
    "EP-61 HEAD /flows/{flowId}/flow_collection",
    "EP-62 GET /flows/{flowId}/flow_collection",
    "EP-63 PUT /flows/{flowId}/flow_collection",
    "EP-64 DELETE /flows/{flowId}/flow_collection",
    "EP-65 HEAD /flows/{flowId}/max_bit_rate",
    "EP-66 GET /flows/{flowId}/max_bit_rate",
    "EP-67 PUT /flows/{flowId}/max_bit_rate",
    "EP-68 DELETE /flows/{flowId}/max_bit_rate",
    "EP-69 HEAD /flows/{flowId}/avg_bit_rate",
    "EP-70 GET /flows/{flowId}/avg_bit_rate",
    "EP-71 PUT /flows/{flowId}/avg_bit_rate",
    "EP-72 DELETE /flows/{flowId}/avg_bit_rate",
    "EP-73 HEAD /flows/{flowId}/segments",
    "EP-74 GET /flows/{flowId}/segments",
    "EP-75 POST /flows/{flowId}/segments",
    "EP-76 DELETE /flows/{flowId}/segments",
    "EP-77 POST /flows/{flowId}/storage",
    "EP-78 HEAD /objects/{objectId}",
    "EP-79 GET /objects/{objectId}",
    "EP-80 POST /objects/{objectId}/instances",
    "EP-81 DELETE /objects/{objectId}/instances",
    "EP-82 HEAD /flow-delete-requests",
    "EP-83 GET /flow-delete-requests",
    "EP-84 HEAD /flow-delete-requests/{request-id}",
    "EP-85 GET /flow-delete-requests/{request-id}",
]

STATUSES = {"HEAD": 200, "GET": 200, "PUT": 204, "DELETE": 204, "POST": 201}
OTHER_STATUSES = {
    "POST /service": 200,
    "PUT /service/webhooks/{webhookId}": 201,
}


@dataclass(frozen=True)
class World:
    """One of everything, and what to send to it."""

    ids: dict[str, str]
    bodies: dict[str, Any]

    def path(self, template: str) -> str:
        for name, value in self.ids.items():
            template = template.replace(f"{{{name}}}", value)
        return template


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    """One that is only read, and one that is written to."""
    return {}


@pytest.fixture
def world(operation: str, api: httpx.Client, make: Maker, worlds: dict[str, World]) -> World:
    """No other test uses what this deletes from."""
    match operation.split(" ")[1]:
        case "DELETE":
            return a_world(api, make)
        case "HEAD" | "GET":
            kind = "read"
        case _:
            kind = "written"
    if kind not in worlds:
        worlds[kind] = a_world(api, make)
    return worlds[kind]


def a_world(api: httpx.Client, make: Maker) -> World:
    flow = make.flow()
    for name, value in PROPERTIES.items():
        assert api.put(f"/flows/{flow['id']}/{name}", json=value).status_code == 204
    for name in ("label", "description", "tags/a"):
        assert (
            api.put(f"/sources/{flow['source_id']}/{name}", json=PROPERTIES[name]).status_code
            == 204
        )
    (object_id,) = uploaded(api, flow)
    first = segment(object_id, 0, 1)
    assert api.post(f"/flows/{flow['id']}/segments", json=first).status_code == 201
    profile_id = str(uuid4())
    technical = {name: flow[name] for name in ("format", "codec", "essence_parameters")}
    profile: Json = {"id": profile_id, "flow_metadata": technical}
    api.post(f"/service/profiles/{profile_id}", json=profile)
    hook = {"url": "http://127.0.0.1:1024/", "events": []}
    webhook = api.post("/service/webhooks", json=hook).json()
    ids = {
        "flowId": flow["id"],
        "sourceId": flow["source_id"],
        "objectId": object_id,
        "profileId": profile_id,
        "webhookId": webhook["id"],
        "request-id": a_delete_request(api, make),
    }
    new_profile = {**profile, "id": str(uuid4())}
    bodies = {
        "POST /service": {"description": "x"},
        "POST /service/profiles/{profileId}": new_profile,
        "POST /service/webhooks": hook,
        "PUT /service/webhooks/{webhookId}": {**webhook, "status": "disabled"},
        "PUT /flows/{flowId}": a_video_flow_body(id=flow["id"], source_id=flow["source_id"]),
        "PUT /flows/{flowId}/read_only": False,
        "POST /flows/{flowId}/segments": segment(make.objects(flow["id"], 1)[0], 1, 2),
        "POST /flows/{flowId}/storage": {"limit": 1},
        "POST /objects/{objectId}/instances": {"url": "https://cdn.example.com/1", "label": "cdn"},
    }
    bodies |= {f"PUT /flows/{{flowId}}/{name}": value for name, value in PROPERTIES.items()}
    bodies |= {f"PUT /sources/{{sourceId}}/{name}": value for name, value in PROPERTIES.items()}
    return World(ids, bodies)


def a_delete_request(api: httpx.Client, make: Maker) -> str:
    """The id of one: there is one already, or else it is made."""
    if listed := api.get("/flow-delete-requests", params={"limit": 1}).json():
        return str(listed[0]["id"])
    flow = make.flow()
    make.segments(flow["id"], AT_ONCE_SEGMENTS + 1)
    return str(api.delete(f"/flows/{flow['id']}").json()["id"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=OPERATIONS)
def test_every_operation_answers(api: httpx.Client, world: World, operation: str) -> None:
    _, method, template = operation.split(" ")
    key = f"{method} {template}"
    path = world.path(template)
    if key == "POST /service/profiles/{profileId}":
        path = f"/service/profiles/{world.bodies[key]['id']}"
    query = {}
    if key == "DELETE /objects/{objectId}/instances":
        body = world.bodies["POST /objects/{objectId}/instances"]
        assert api.post(path, json=body).status_code == 201
        query = {"label": "cdn"}

    response = api.request(method, path, json=world.bodies.get(key), params=query)

    assert response.status_code == OTHER_STATUSES.get(key, STATUSES[method]), response.text
    if method == "HEAD":
        assert response.content == b""
        assert response.headers["Content-Type"] == api.get(path).headers["Content-Type"]
    if method == "GET" and (name := template.partition("Id}/")[2]) in PROPERTIES:
        assert response.json() == PROPERTIES[name]


def test_operations_are_all_there_are(judge: Any) -> None:
    if judge is None:
        pytest.skip("the BBC's OpenAPI file is not beside this checkout")
    listed = [
        operation.partition(" ")[2].replace("/tags/a", "/tags/{name}") for operation in OPERATIONS
    ]

    assert sorted(listed) == sorted(operation.name for operation in judge.operations)
