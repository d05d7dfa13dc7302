"""The OpenAPI document that we serve covers everything that the BBC's does."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from jsonschema import Draft202012Validator

from local.stack import Stack
from tests.builders import a_multi_flow_body
from tests.maker import Maker
from tests.official_contract import METHODS, OfficialContract

Parameters = set[tuple[str, str]]


@pytest.fixture
def official(judge: OfficialContract | None) -> OfficialContract:
    if judge is None:
        pytest.skip("the BBC's OpenAPI file is not beside this checkout")
    return judge


@pytest.fixture
def ours(api: httpx.Client) -> dict[str, Any]:
    document: dict[str, Any] = api.get("/openapi.json").json()
    return {normal(path): item for path, item in document["paths"].items()}


def normal(path: str) -> str:
    """With parameters of no particular name."""
    return re.sub(r"\{[^}]+}", "{}", path)


def operations(official: OfficialContract) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Method, normal path, the operation, and the path's item."""
    return [
        (method, normal(path), item[method], item)
        for path, item in official.document["paths"].items()
        for method in METHODS
        if method in item
    ]


def test_every_path_and_method_is_there(official: OfficialContract, ours: dict[str, Any]) -> None:
    missing = [
        f"{method.upper()} {path}"
        for method, path, *_ in operations(official)
        if method not in ours.get(path, {})
    ]

    assert missing == []


def test_every_operation_has_the_official_name(
    official: OfficialContract, ours: dict[str, Any]
) -> None:
    named = {
        f"{method} {path}": (operation["operationId"], ours[path][method]["operationId"])
        for method, path, operation, _ in operations(official)
    }

    assert {where: names for where, names in named.items() if names[0] != names[1]} == {}


def parameters(official: OfficialContract, *holders: dict[str, Any]) -> Parameters:
    """Where each parameter is and its name; those of a path have no particular name."""
    found = [official.resolve(each) for it in holders for each in it.get("parameters", [])]
    return {(each["in"], each["name"]) for each in found if each["in"] != "path"}


def test_every_parameter_is_there(official: OfficialContract, ours: dict[str, Any]) -> None:
    missing = []
    for method, path, operation, item in operations(official):
        known = parameters(official, ours[path].get(method, {}), ours[path])
        unknown = parameters(official, operation, item) - known
        missing += [f"{method.upper()} {path}: {where} {name}" for where, name in sorted(unknown)]

    assert missing == []


def test_every_response_is_there(official: OfficialContract, ours: dict[str, Any]) -> None:
    missing = []
    for method, path, operation, _ in operations(official):
        known = ours[path].get(method, {}).get("responses", {})
        missing += [
            f"{method.upper()} {path}: {status}"
            for status in operation["responses"]
            if status not in known
        ]

    assert missing == []


def test_every_response_header_is_there(official: OfficialContract, ours: dict[str, Any]) -> None:
    missing = []
    for method, path, operation, _ in operations(official):
        for status, response in operation["responses"].items():
            told = ours[path].get(method, {}).get("responses", {}).get(status, {})
            wanted = set(official.resolve(response).get("headers", {}))
            missing += [
                f"{method.upper()} {path} {status}: {name}"
                for name in sorted(wanted - set(told.get("headers", {})))
            ]

    assert missing == []


def test_the_server_is_the_one_that_was_asked(api: httpx.Client, stack: Stack) -> None:
    assert api.get("/openapi.json").json()["servers"] == [{"url": stack.api_url}]


def test_real_answers_fit_our_own_schemas(
    api: httpx.Client, make: Maker, used: tuple[dict[str, Any], str]
) -> None:
    document = api.get("/openapi.json").json()
    flow, object_id = used
    collection = make.flow(a_multi_flow_body, flow_collection=[{"id": flow["id"]}])
    hook = {"url": "http://127.0.0.1:1024", "events": ["flows/created"], "tags": {"a": ["b"]}}
    ids = {
        "flowId": flow["id"],
        "sourceId": flow["source_id"],
        "objectId": object_id,
        "webhookId": api.post("/service/webhooks", json=hook).json()["id"],
        "requestId": str(uuid4()),
        "entryId": str(uuid4()),
        "profileId": str(uuid4()),
        "name": "a",
        "collectionId": collection["id"],
        "memberId": flow["source_id"],
        "token": "none",
    }
    api.put(f"/flows/{flow['id']}/tags/a", json=["b", "c"])
    tried = set()

    for path, item in document["paths"].items():
        if "get" not in item:
            continue
        for flow_id in (flow["id"], collection["id"]):
            query = {"verbose_storage": "true"} if "segments" in path or "objects" in path else {}
            source = collection if "source-collections" in path else flow
            named = {**ids, "flowId": flow_id, "sourceId": source["source_id"]}
            answer = api.get(path.format(**named), params=query)
            declared = item["get"]["responses"][str(answer.status_code)]
            kind = answer.headers["Content-Type"]
            schema = declared["content"][kind]["schema"]
            if kind != "application/json":
                continue  # a list for players
            validator = Draft202012Validator({**schema, "components": document["components"]})
            for error in validator.iter_errors(answer.json()):
                pytest.fail(f"GET {path} {answer.status_code}: {error.json_path}: {error.message}")
            tried.add((path, answer.status_code))

    assert {path for path, status in tried if status == 200} >= {
        "/flows/{flowId}",
        "/flows/{flowId}/segments",
        "/flows/{flowId}/label",
        "/flows/{flowId}/coverage",
        "/sources/{sourceId}/coverage",
        "/objects/{objectId}",
        "/service/webhooks",
        "/collections",
        "/collections/{collectionId}",
        "/collections/{collectionId}/members/{flowId}",
        "/source-collections/{sourceId}/members/{memberId}",
        "/events",
        "/health",
    }
    assert any(status == 404 for _, status in tried)
