"""The local stack for every test that needs a server: started once, real processes, real HTTP."""

import os
from collections.abc import Iterator

import httpx
import pytest

from local.stack import Stack
from tests.official_contract import OfficialContract, official_contract
from tests.official_schemas import SCHEMAS, OfficialSchemas
from tests.secrets_in_logs import leaks
from vastlocal.control import Control


@pytest.fixture(scope="session", autouse=True)
def no_secret_in_any_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The last thing that a run does is to look through all that its stacks logged."""
    yield
    found = list(leaks(tmp_path_factory.getbasetemp()))
    assert not found, "\n".join(found[:20])


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for the session, on free ports; tests share it and use ids of their own."""
    with Stack(tmp_path_factory.mktemp("tams"), keep_going=True) as running:
        yield running


@pytest.fixture(scope="session")
def judge() -> OfficialContract | None:
    """None where the BBC's OpenAPI file is not at hand; tests/contract says so in a skipped test."""
    return official_contract()


@pytest.fixture
def api(stack: Stack, judge: OfficialContract | None) -> Iterator[httpx.Client]:
    """A client of the running API. Each answer it gets is held against the BBC's OpenAPI file."""

    def check(response: httpx.Response) -> None:
        if judge is not None:
            response.read()
            judge.check(response)

    with httpx.Client(base_url=stack.api_url, timeout=30, event_hooks={"response": [check]}) as it:
        yield it


@pytest.fixture
def vast(stack: Stack) -> Control:
    """Counters and faults of the local VAST."""
    keys = stack.vast_credentials
    return Control(stack.vast_url, keys.access_key, keys.secret_key)


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
