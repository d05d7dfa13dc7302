"""A stack that retries soon and sweeps often, so that recovery shows within seconds."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack import Stack
from tams.repositories.database import Database
from tests.background.ledger import database_of
from tests.maker import Maker
from tests.small_disk import CannotMountError, SmallDisk, small_disk
from tests.stacks import ARCHIVE, stack_of_backends

IMPATIENT = {
    "TAMS_WEBHOOKS__TIMEOUT_SECONDS": "1",
    "TAMS_WEBHOOKS__RETRY_FIRST_SECONDS": "0.1",
    "TAMS_WEBHOOKS__RETRY_LONGEST_SECONDS": "0.5",
    "TAMS_WEBHOOKS__LEASE_SECONDS": "2",
    "TAMS_DELETION__AT_ONCE_SEGMENTS": "10",
    "TAMS_DELETION__STEP_SEGMENTS": "10",
    "TAMS_DELETION__IDLE_SECONDS": "2",
    "TAMS_SWEEP__AFTER_SECONDS": "2",
    "TAMS_COPIES__LEASE_SECONDS": "3",
}

__all__ = ["ARCHIVE"]


@pytest.fixture(scope="package")
def disk() -> Iterator[SmallDisk | None]:
    """The stack's own; None, and then nobody fills it, where none can be mounted."""
    with ExitStack() as mounted:
        try:
            yield mounted.enter_context(small_disk(megabytes=160))
        except CannotMountError:
            yield None


@pytest.fixture(scope="package")
def data(disk: SmallDisk | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the stack keeps what it stores. Its logs outlive the disk, to be looked through at the end."""
    kept = tmp_path_factory.mktemp("background")
    if disk is None:
        yield kept
        return
    yield disk.path / "data"
    shutil.copytree(disk.path / "data" / "logs", kept / "logs")


@pytest.fixture(scope="package")
def stack(data: Path) -> Iterator[Stack]:
    described: list[dict[str, Any]] = [
        {},
        {"id": ARCHIVE, "label": "archive", "bucket": "archive"},
    ]
    with stack_of_backends(data, described, IMPATIENT, schedule_seconds=1) as running:
        yield running


@pytest.fixture
def buckets(stack: Stack) -> dict[str, str]:
    """By the id of their storage backend."""
    backends = json.loads(stack.settings_env()["TAMS_STORAGE_BACKENDS"])
    return {each["id"]: each["bucket"] for each in backends}


@pytest.fixture(scope="package")
def database(stack: Stack) -> Database:
    """The stack's VAST, reached without the API."""
    return database_of(stack)


@pytest.fixture
def make(api: httpx.Client) -> Maker:
    return Maker(api)
