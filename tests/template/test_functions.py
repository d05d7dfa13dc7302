"""What the template says about the functions matches their code."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from local.application import Route
from local.routes import Match, RouteTable
from tams.runtime.key_finder import key_finder
from tams.settings import Settings
from tests.template.conftest import ROOT, STORAGE_ID, resolver

FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
VARIABLES_BYTES_MAX = 4096
"""Lambda's limit for all variables of one function."""


def route_table(functions: dict[str, dict[str, Any]]) -> RouteTable:
    return RouteTable(
        Route(event["Properties"]["Method"], event["Properties"]["Path"], name)
        for name, properties in functions.items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    )


def answering(table: RouteTable, method: str, path: str) -> str | None:
    match = table.match(method, path)
    return match.route.function if isinstance(match, Match) else None


def test_each_folder_is_a_function_and_each_function_a_folder(functions: dict[str, Any]) -> None:
    assert sorted(functions) == FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_every_route_of_a_function_reaches_it(name: str, functions: dict[str, Any]) -> None:
    router = getattr(importlib.import_module(f"functions.{name}.app"), "router", None)
    table = route_table(functions)

    routes = _routes(router) if router is not None else []
    answers = {(method, path): answering(table, method, path) for method, path in routes}

    assert {each for each, by in answers.items() if by != name} == set()
    has_api_events = any(
        it["Type"] == "HttpApi" for it in functions[name].get("Events", {}).values()
    )
    assert bool(routes) == has_api_events


def _routes(router: APIRouter) -> list[tuple[str, str]]:
    """Method and path, a variable standing for itself. What answers GET answers HEAD and CORS too."""
    return [
        (method, route.path.replace(":path", ""))
        for route in iter_route_contexts(router.routes)
        if route.path is not None
        for given in route.methods or ()
        for method in ((given, "HEAD", "OPTIONS") if given == "GET" else (given,))
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "events/api").glob("*.json")), ids=lambda p: p.stem)
def test_a_sample_event_is_one_the_api_would_send(path: Path, functions: dict[str, Any]) -> None:
    event = json.loads(path.read_text())
    http = event["requestContext"]["http"]

    match = route_table(functions).match(http["method"], event["rawPath"])

    assert isinstance(match, Match)
    assert event["routeKey"] == f"{match.route.method} {match.route.path}"


@pytest.mark.parametrize("name", FOLDERS)
def test_the_template_feeds_the_settings(
    name: str,
    functions: dict[str, Any],
    template: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variables = resolver(template).resolve(functions[name]["Variables"])
    for key, value in variables.items():
        monkeypatch.setenv(key, value)

    settings = Settings()

    assert settings.vast.endpoint == "https://vast.test"
    assert settings.vast.secret_arn is not None
    assert [(it.id, it.bucket, it.default_storage) for it in settings.storage_backends] == [
        (STORAGE_ID, "media", True)
    ]
    assert key_finder(settings.storage_backends[0], 300) is None, "the function's role is used"
    assert settings.queues.object_cleanup == "https://sqs.test/ObjectCleanupQueue"
    assert settings.service.name == "TAMS"
    assert variables["POWERTOOLS_SERVICE_NAME"] == name
    assert sum(len(key) + len(value) for key, value in variables.items()) < VARIABLES_BYTES_MAX


def test_given_storage_backends_replace_the_templates_own(
    functions: dict[str, Any], template: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "id": STORAGE_ID,
        "bucket": "on-vast",
        "endpoint_url": "https://s3.test",
        "provider": "vast",
        "store_product": "vast-s3",
        "secret_arn": "arn:secret",
    }

    resolve = resolver(template, StorageBackends=json.dumps([given])).resolve
    for key, value in resolve(functions["flows"]["Variables"]).items():
        monkeypatch.setenv(key, value)

    assert [it.bucket for it in Settings().storage_backends] == ["on-vast"]


def test_an_answer_is_ready_before_the_api_gives_up(functions: dict[str, Any]) -> None:
    api = {name: each for name, each in functions.items() if name not in _workers(functions)}

    assert api
    assert all(each["Timeout"] < 30 for each in api.values())


def test_a_function_ends_before_its_message_is_handed_out_again(
    functions: dict[str, Any], template: dict[str, Any]
) -> None:
    for each in functions.values():
        for event in each.get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = event["Properties"]["Queue"]["Fn::GetAtt"][0]
                visible_after = template["Resources"][queue]["Properties"]["VisibilityTimeout"]
                assert visible_after >= 6 * each["Timeout"]
                assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def _workers(functions: dict[str, Any]) -> set[str]:
    return {
        name
        for name, each in functions.items()
        if name != "authorizer"
        and all(event["Type"] != "HttpApi" for event in each.get("Events", {}).values())
    }
