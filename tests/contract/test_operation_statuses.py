"""EP: the statuses of each operation when something is wrong, or when it works in another way.

Together with test_operations.py: every status that the BBC's OpenAPI file declares.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.contract.conftest import AT_ONCE_SEGMENTS
from tests.contract.steps import Json, post, read_only, segment
from tests.contract.test_operations import OPERATIONS, OTHER_STATUSES, PROPERTIES, STATUSES
from tests.maker import Maker

NAMES = [operation.partition(" ")[2] for operation in OPERATIONS]
HOOK = {"url": "http://127.0.0.1:1024/", "events": []}
CDN = {"url": "https://cdn.example.com/1", "label": "cdn"}
FREE_IDS = {"PUT /flows/{flowId}", "POST /service/profiles/{profileId}"}
"""Operations that make what their path names."""
EMPTY_WITHOUT_FLOW = {"HEAD /flows/{flowId}/segments", "GET /flows/{flowId}/segments"}

BODIES: dict[str, Any] = {
    "PUT /flows/{flowId}": a_video_flow_body(),
    "POST /service/profiles/{profileId}": {},
    "PUT /service/webhooks/{webhookId}": {**HOOK, "id": str(uuid4()), "status": "disabled"},
    "PUT /flows/{flowId}/read_only": False,
    "POST /flows/{flowId}/segments": segment("x", 0, 1),
    "POST /flows/{flowId}/storage": {"limit": 1},
    "POST /objects/{objectId}/instances": CDN,
    **{f"PUT /flows/{{flowId}}/{name}": value for name, value in PROPERTIES.items()},
    **{f"PUT /sources/{{sourceId}}/{name}": value for name, value in PROPERTIES.items()},
}
WRONG_VALUES: dict[str, Any] = {
    "label": 1,
    "description": [],
    "tags/a": {},
    "max_bit_rate": -1,
    "avg_bit_rate": "1",
    "flow_collection": {},
    "read_only": "true",
}
WRONG_BODIES: dict[str, Any] = {
    "POST /service": {"name": 1},
    "POST /service/profiles/{profileId}": {},
    "POST /service/webhooks": {},
    "PUT /service/webhooks/{webhookId}": {},
    "PUT /flows/{flowId}": {},
    "POST /flows/{flowId}/segments": {},
    "POST /flows/{flowId}/storage": {"limit": "x"},
    "POST /objects/{objectId}/instances": {},
    **{f"PUT /flows/{{flowId}}/{name}": value for name, value in WRONG_VALUES.items()},
    **{
        f"PUT /sources/{{sourceId}}/{name}": WRONG_VALUES[name]
        for name in ("label", "description", "tags/a")
    },
}
WRONG_QUERIES = {
    "DELETE /flows/{flowId}/segments": {"timerange": "x"},
    "DELETE /objects/{objectId}/instances": {"storage_id": "x"},
    **{
        f"{method} {template}": query
        for method in ("HEAD", "GET")
        for template, query in {
            "/service/profiles": {"limit": "x"},
            "/sources": {"limit": "x"},
            "/flows": {"limit": "x"},
            "/flows/{flowId}": {"timerange": "x"},
            "/flows/{flowId}/segments": {"timerange": "x"},
            "/objects/{objectId}": {"presigned": "x"},
        }.items()
    },
}
REFUSED = [*WRONG_BODIES, *WRONG_QUERIES]
UNKNOWN = [name for name in NAMES if "{" in name]
LOCKED = [
    name
    for name in NAMES
    if name.startswith(("PUT /flows/", "POST /flows/", "DELETE /flows/"))
    and not name.endswith("/read_only")
]
OTHERWISE = {
    "PUT /flows/{flowId}": 201,
    "DELETE /flows/{flowId}": 202,
    "POST /flows/{flowId}/segments": 200,
    "DELETE /flows/{flowId}/segments": 202,
}
NEEDS_PERMISSIONS = {
    (name, 403)
    for name in NAMES
    if name == "POST /service"
    or (
        (name.startswith(("PUT ", "DELETE ")) or name.endswith("/instances")) and name not in LOCKED
    )
}
WITHOUT_WEBHOOKS = {(f"{method} /service/webhooks", 404) for method in ("HEAD", "GET", "POST")}


def path_of(name: str, ids: dict[str, str]) -> str:
    path = name.partition(" ")[2]
    for key, value in ids.items():
        path = path.replace(f"{{{key}}}", value)
    return path


@pytest.fixture
def flow(make: Maker) -> Json:
    made: Json = make.flow(tags={"a": "b"})
    return made


@pytest.fixture
def ids(api: httpx.Client, make: Maker, flow: Json) -> Iterator[dict[str, str]]:
    """Of things that exist, but for the Profile."""
    (posted,) = make.segments(flow["id"], 1)
    webhook_id = api.post("/service/webhooks", json=HOOK).json()["id"]
    yield {
        "flowId": flow["id"],
        "sourceId": flow["source_id"],
        "objectId": posted["object_id"],
        "webhookId": webhook_id,
        "profileId": str(uuid4()),
    }
    api.delete(f"/service/webhooks/{webhook_id}")


@pytest.mark.parametrize("name", REFUSED, ids=REFUSED)
def test_a_request_that_does_not_fit_is_400(
    api: httpx.Client, ids: dict[str, str], name: str
) -> None:
    method, path = name.partition(" ")[0], path_of(name, ids)
    given = {"json": WRONG_BODIES[name]} if name in WRONG_BODIES else {}

    response = api.request(method, path, params=WRONG_QUERIES.get(name), **given)

    assert response.status_code == 400, response.text


@pytest.mark.parametrize("name", UNKNOWN, ids=UNKNOWN)
def test_what_is_not_there_is_404(api: httpx.Client, name: str) -> None:
    keys = ("flowId", "sourceId", "objectId", "profileId", "webhookId", "request-id")
    query = {"label": "cdn"} if name == "DELETE /objects/{objectId}/instances" else {}

    def status(unknown: str) -> int:
        path = path_of(name, dict.fromkeys(keys, unknown))
        method = name.partition(" ")[0]
        return api.request(method, path, json=BODIES.get(name), params=query).status_code

    assert status("not-a-uuid") == 404
    if name not in FREE_IDS:
        assert status(str(uuid4())) == (200 if name in EMPTY_WITHOUT_FLOW else 404)


@pytest.mark.parametrize("name", LOCKED, ids=LOCKED)
def test_a_write_to_a_read_only_flow_is_403(api: httpx.Client, flow: Json, name: str) -> None:
    read_only(api, flow, True)
    body = {**flow, "label": "x"} if name == "PUT /flows/{flowId}" else BODIES.get(name)

    response = api.request(name.partition(" ")[0], path_of(name, {"flowId": flow["id"]}), json=body)

    assert response.status_code == 403, response.text


def test_a_flow_that_is_new_is_201(api: httpx.Client) -> None:
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))

    created = api.put(f"/flows/{body['id']}", json=body)

    assert created.status_code == 201
    assert created.json() == api.get(f"/flows/{body['id']}").json()


@pytest.mark.parametrize("what", ["", "/segments"])
def test_a_deletion_that_takes_long_is_202(
    api: httpx.Client, make: Maker, flow: Json, what: str
) -> None:
    make.segments(flow["id"], AT_ONCE_SEGMENTS + 1)

    accepted = api.delete(f"/flows/{flow['id']}{what}")

    assert accepted.status_code == 202
    assert api.get(accepted.headers["Location"]).json()["id"] == accepted.json()["id"]


def test_a_list_of_segments_of_which_one_fails_is_200(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (object_id,) = make.objects(flow["id"], 1)

    partly = post(api, flow, [segment(object_id, 0, 1), segment("nobody's", 1, 2)])

    assert partly.status_code == 200
    assert [each["object_id"] for each in partly.json()["failed_segments"]] == ["nobody's"]


def test_every_declared_status_has_been_seen(judge: Any) -> None:
    """Except those that need permissions, or a service without webhooks."""
    if judge is None:
        pytest.skip("the BBC's OpenAPI file is not beside this checkout")
    declared = {
        (operation.name.replace("/tags/{name}", "/tags/a"), int(status))
        for operation in judge.operations
        for status in operation.declared["responses"]
    }

    seen = {(name, OTHER_STATUSES.get(name, STATUSES[name.partition(" ")[0]])) for name in NAMES}
    seen |= {(name, 400) for name in REFUSED} | {(name, 404) for name in UNKNOWN}
    seen |= {(name, 403) for name in LOCKED} | set(OTHERWISE.items())

    assert declared - seen == NEEDS_PERMISSIONS | WITHOUT_WEBHOOKS
