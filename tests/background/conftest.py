"""A stack that tries again soon and sweeps often, so that recovery shows within seconds."""

import json
from collections.abc import Iterator

import httpx
import pytest

from local.stack import Stack
from tams.repositories.database import Database
from tests.api.maker import Maker
from tests.background.ledger import database_of

IMPATIENT = {
    "TAMS_WEBHOOKS__TIMEOUT_SECONDS": "0.5",
    "TAMS_WEBHOOKS__RETRY_FIRST_SECONDS": "0.1",
    "TAMS_WEBHOOKS__RETRY_LONGEST_SECONDS": "0.5",
    "TAMS_WEBHOOKS__LEASE_SECONDS": "2",
    "TAMS_DELETION__AT_ONCE_SEGMENTS": "10",
    "TAMS_DELETION__STEP_SEGMENTS": "10",
    "TAMS_DELETION__IDLE_SECONDS": "2",
    "TAMS_SWEEP__AFTER_SECONDS": "2",
    "TAMS_COPIES__LEASE_SECONDS": "3",
}


ARCHIVE = "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a01"
"""The second storage backend."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("background")
    with Stack(data, keep_going=True) as first:
        (local,) = json.loads(first.settings_env()["TAMS_STORAGE_BACKENDS"])
        ports = first.config.ports
    archive = {"id": ARCHIVE, "label": "archive", "bucket": "archive", "default_storage": False}
    (data / "s3" / "archive" / "media").mkdir(parents=True)
    env = {**IMPATIENT, "TAMS_STORAGE_BACKENDS": json.dumps([local, local | archive])}
    with Stack(data, ports=ports, keep_going=True, env=env, schedule_seconds=1) as running:
        yield running


@pytest.fixture
def buckets(stack: Stack) -> dict[str, str]:
    """By the id of their storage backend."""
    backends = json.loads(stack.settings_env()["TAMS_STORAGE_BACKENDS"])
    return {each["id"]: each["bucket"] for each in backends}


@pytest.fixture(scope="module")
def database(stack: Stack) -> Database:
    """The stack's VAST, beside the API."""
    return database_of(stack)


@pytest.fixture
def make(api: httpx.Client) -> Maker:
    return Maker(api)
