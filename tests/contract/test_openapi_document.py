"""Our own OpenAPI document, as it is served, tells of everything the BBC's does."""

import re
from typing import Any

import httpx
import pytest

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
