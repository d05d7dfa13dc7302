"""The local stack for every test that needs a server: started once, real processes, real HTTP."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from local.stack import Stack
from referencing import Registry, Resource
from vastlocal.control import Control

SCHEMAS = Path(__file__).parents[2] / "shared" / "tams-8.2" / "schemas"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for the session, on free ports; tests share it and use ids of their own."""
    with Stack(tmp_path_factory.mktemp("tams"), keep_going=True) as running:
        yield running


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.api_url, timeout=30) as client:
        yield client


@pytest.fixture
def vast(stack: Stack) -> Control:
    """Counters and faults of the local VAST."""
    return Control(stack.vast_url)


class OfficialSchemas:
    """Validates against the BBC's own JSON schemas, where they are at hand."""

    def __init__(self, folder: Path) -> None:
        resources = [
            (path.name, Resource.from_contents({"$schema": DIALECT, **json.loads(path.read_text())}))
            for path in folder.glob("*.json")
        ]
        self._registry: Registry[Any] = Registry().with_resources(resources)

    def check(self, name: str, document: object) -> None:
        """Raises jsonschema.ValidationError."""
        schema = {"$ref": name}
        jsonschema.Draft202012Validator(schema, registry=self._registry).validate(document)

    def check_each(self, name: str, documents: list[Any]) -> None:
        for document in documents:
            self.check(name, document)


DIALECT = "https://json-schema.org/draft/2020-12/schema"


@pytest.fixture(scope="session")
def schemas() -> OfficialSchemas:
    if not SCHEMAS.is_dir():
        pytest.skip("the official TAMS schemas are not beside this checkout")
    return OfficialSchemas(SCHEMAS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long forms run only when asked for: `make soak`."""
    if os.environ.get("TAMS_SOAK"):
        return
    skip = pytest.mark.skip(reason="a long form: run with TAMS_SOAK=1 (make soak)")
    for item in items:
        if "soak" in item.keywords:
            item.add_marker(skip)
