"""What a client sees when VAST, S3 and the queues are away: our own 503, in time, its cause in the log."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest

from local.application import Route
from tams.runtime.deployment import Deployment
from tams.settings import Settings
from tests.bad_servers import a_black_hole, a_server, half, resetting, silent
from tests.benchmark.handlers import Handlers
from tests.integration.local_vast import settings_for
from tests.waiting import PATIENCE_SECONDS

ROUTES = [Route("ANY", "/flows", "flows"), Route("ANY", "/health", "service")]
Server = Callable[[], AbstractContextManager[int]]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "K")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "S")


def settings_at(port: int) -> Settings:
    """VAST, S3 and the queues are all there."""
    url = f"http://127.0.0.1:{port}"
    settings = settings_for(url, timeout_seconds=1)
    (backend,) = settings.storage_backends
    service = settings.service.model_copy(update={"health_timeout_seconds": 1})
    changes = {
        "storage_backends": (backend.model_copy(update={"endpoint_url": url}),),
        "sqs_endpoint_url": url,
        "service": service,
    }
    return settings.model_copy(update=changes)


@pytest.fixture
def away() -> Iterator[Callable[[int], httpx.Client]]:
    made: list[httpx.Client] = []

    def at(port: int) -> httpx.Client:
        handlers = Handlers(ROUTES, Deployment(settings_at(port)))
        made.append(httpx.Client(transport=handlers, base_url="http://tams"))
        return made[-1]

    yield at
    for each in made:
        each.close()


@pytest.mark.parametrize(
    "server",
    [lambda: a_server(silent), lambda: a_server(half), lambda: a_server(resetting), a_black_hole],
    ids=["silent", "half", "resetting", "black hole"],
)
def test_a_request_gets_our_503_and_the_log_its_cause(
    server: Server,
    away: Callable[[int], httpx.Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = time.monotonic()
    with server() as port:
        answer = away(port).get("/flows")

    assert time.monotonic() - begun < PATIENCE_SECONDS / 10
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["type"] == "BackendUnavailable"
    assert answer.json()["summary"].startswith("VAST did not answer: ")
    assert "503 for GET /flows: VAST did not answer" in caplog.text
    assert "Vast" in caplog.text.partition("503 for GET /flows")[2], "its cause"


def test_health_says_which_parts_are_away(away: Callable[[int], httpx.Client]) -> None:
    begun = time.monotonic()
    with a_server(silent) as port:
        answer = away(port).get("/health")

    assert time.monotonic() - begun < PATIENCE_SECONDS / 10
    assert answer.status_code == 503
    found = answer.json()
    assert found["status"] == "unavailable"
    assert found["vast"] == "VAST did not answer: it took too long"
    assert found["s3"] == "S3 backend 'local': head_bucket failed: ReadTimeoutError"
    assert found["queues"] == "the queue queue did not answer: it took too long"
