"""A service without Lambda and without queues, with two API processes."""

from collections.abc import Iterator

import httpx
import pytest

from local.ports import Ports
from tests.served import ServedStack
from tests.stacks import UNHURRIED


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedStack]:
    env = {
        **UNHURRIED,
        "TAMS_DELETION__AT_ONCE_SEGMENTS": "3",
        "TAMS_DELETION__IDLE_SECONDS": "1",
        "TAMS_SWEEP__AFTER_SECONDS": "1",
        "TAMS_TRUST_FORWARDED": "x-forwarded",
    }
    stack = ServedStack(
        tmp_path_factory.mktemp("served"),
        env=env,
        with_queues=False,
        options={
            "TAMS_SERVE__LOOK_SECONDS": "0.2",
            "TAMS_SERVE__WORKER_PORT": str(Ports.any_free().settled("127.0.0.1").api),
        },
    )
    with stack:
        yield stack


@pytest.fixture
def client(served: ServedStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.api_url, timeout=120) as it:
        yield it
