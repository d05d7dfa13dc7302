"""A stack that tries again soon and sweeps often, so that recovery shows within seconds."""

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
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("background")
    with Stack(data, keep_going=True, env=IMPATIENT, schedule_seconds=1) as running:
        yield running


@pytest.fixture(scope="module")
def database(stack: Stack) -> Database:
    """The stack's VAST, beside the API."""
    return database_of(stack)


@pytest.fixture
def make(api: httpx.Client) -> Maker:
    return Maker(api)
