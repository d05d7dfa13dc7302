"""The local stack for every test that needs a server: started once, real processes, real HTTP."""

import gc
import os
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from local.stack import Stack
from tests import spec
from tests.groups import share_out
from tests.kept import KEPT_SECONDS, WHY_NOT, is_left_out
from tests.long_form import SOAK
from tests.official_contract import OfficialContract, official_contract
from tests.official_schemas import OfficialSchemas
from tests.secrets_in_logs import leaks
from tests.stacks import ARCHIVE, AT_ONCE_SEGMENTS, UNLABELLED, Backends, stack_of_backends
from vastlocal.control import Control


def pytest_configure() -> None:
    """What every process of a run would otherwise do again, for nothing."""
    # Byte code is kept, whatever the container says: a stack is six processes that import the same.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Here is nothing but HTTP on loopback. The public authorities cost each client of httpx 20 ms.
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = os.devnull
    # Nobody here has credentials for AWS, and asking the network for some takes seconds.
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    if os.environ.get("CI") == "true" and (reason := spec.missing()):
        raise pytest.UsageError(reason)
    settings.register_profile("tams", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("tams")
    # An answer after 5 s means a busy machine here, not a fault.
    httpx._config.DEFAULT_TIMEOUT_CONFIG.__init__(120)  # type: ignore[misc]


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def no_secret_in_any_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The last thing that a run does is to look through all that its stacks logged."""
    yield
    found = list(leaks(tmp_path_factory.getbasetemp()))
    assert not found, "\n".join(found[:20])


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for the session, on free ports; tests share it and use ids of their own.

    It has three storage backends to tell apart, and does soon what is done in the background.
    """
    described: list[dict[str, Any]] = [
        {"tags": {"tier": "hot", "site": ["london", "salford"]}},
        {"id": ARCHIVE, "label": "archive", "bucket": "archive", "tags": {"tier": "cold"}},
        {"id": UNLABELLED, "label": None, "bucket": "unlabelled", "tags": {}},
    ]
    env = {
        "TAMS_DELETION__AT_ONCE_SEGMENTS": str(AT_ONCE_SEGMENTS),
        "TAMS_DELETION__STEP_SEGMENTS": "10",
        "TAMS_WEBHOOKS__TIMEOUT_SECONDS": "30",
        "TAMS_WEBHOOKS__RETRY_FIRST_SECONDS": "0.2",
        "TAMS_WEBHOOKS__RETRY_LONGEST_SECONDS": "1",
        "TAMS_WEBHOOKS__GIVE_UP_SECONDS": "4",
    }
    with stack_of_backends(tmp_path_factory.mktemp("tams"), described, env) as running:
        yield running


@pytest.fixture(scope="session")
def backends(stack: Stack) -> Backends:
    listed = httpx.get(f"{stack.api_url}/service/storage-backends").json()
    return Backends(next(each["id"] for each in listed if each.get("default_storage")))


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

    with httpx.Client(base_url=stack.api_url, timeout=120, event_hooks={"response": [check]}) as it:
        yield it


@pytest.fixture
def vast(stack: Stack) -> Control:
    """Counters and faults of the local VAST."""
    keys = stack.vast_credentials
    return Control(stack.vast_url, keys.access_key, keys.secret_key)


@pytest.fixture(scope="session")
def schemas() -> OfficialSchemas:
    if reason := spec.missing():
        pytest.skip(reason)
    return OfficialSchemas(spec.SCHEMAS)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Once for a run, and not to be missed: dots do not show what was skipped."""
    if reason := spec.missing():
        line = f"NOT HELD AGAINST THE SPECIFICATION: {reason}"
        terminalreporter.section("TAMS 8.2", sep="!", red=True, bold=True)
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long forms run only when asked for, with `make soak`; workers share the others by group."""
    if not SOAK:
        skip = pytest.mark.skip(reason="a long form: run with TAMS_SOAK=1 (make soak)")
        for item in items:
            if "soak" in item.keywords:
                item.add_marker(skip)
    if KEPT_SECONDS != "0":
        for item in items:
            if is_left_out(item.name):
                item.add_marker(pytest.mark.skip(reason=WHY_NOT))
    if hasattr(config, "workerinput"):
        share_out(items)
