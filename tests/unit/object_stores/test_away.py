"""S3 and SQS that do not answer: no request waits longer than it has time."""

import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tams.deadline import ANSWER_SECONDS, invocation, within
from tams.errors import BackendUnavailableError
from tams.messaging.queues import SqsQueue
from tams.object_stores.s3 import S3ObjectStores
from tams.runtime.storage import on_backends
from tests.bad_servers import a_black_hole, a_relay, a_server, resetting, silent
from tests.certificates import Authority
from tests.integration.local_vast import settings_for
from tests.waiting import PATIENCE_SECONDS

Check = Callable[[], None]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "K")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "S")


def s3_at(port: int, **changes: object) -> Check:
    settings = settings_for("http://127.0.0.1:1")
    (backend,) = settings.storage_backends
    changes = {"endpoint_url": f"http://127.0.0.1:{port}", **changes}
    changed = (backend.model_copy(update=changes),)
    settings = settings.model_copy(update={"storage_backends": changed})
    return on_backends(S3ObjectStores, settings).check


def sqs_at(port: int) -> Check:
    url = f"http://127.0.0.1:{port}"
    return SqsQueue(f"{url}/queue", endpoint_url=url, region="eu-west-1").check


@pytest.mark.parametrize("server", [lambda: a_server(silent), a_black_hole], ids=["silent", "hole"])
@pytest.mark.parametrize("of", [lambda port: s3_at(port, timeout_seconds=600), sqs_at])
@pytest.mark.parametrize(
    "deadline", [lambda: within(1), lambda: invocation(lambda: ANSWER_SECONDS + 1)]
)
def test_a_request_waits_no_longer_than_it_has_time(
    server: Callable[[], AbstractContextManager[int]],
    of: Callable[[int], Check],
    deadline: Callable[[], AbstractContextManager[None]],
) -> None:
    with ExitStack() as stack:
        check = of(stack.enter_context(server()))
        stack.enter_context(deadline())
        begun = time.monotonic()
        with pytest.raises(BackendUnavailableError):
            check()
    assert time.monotonic() - begun < PATIENCE_SECONDS / 10


def test_a_backends_timeout_holds_for_all_tries_together() -> None:
    begun = time.monotonic()
    with a_server(silent) as port, pytest.raises(BackendUnavailableError, match="ReadTimeout"):
        s3_at(port, timeout_seconds=0.5)()
    assert time.monotonic() - begun < PATIENCE_SECONDS / 10


def test_a_reset_is_tried_again_and_then_reported() -> None:
    with (
        a_server(resetting) as port,
        pytest.raises(BackendUnavailableError, match="head_bucket failed: Connection"),
    ):
        s3_at(port, timeout_seconds=PATIENCE_SECONDS)()


def test_a_hint_into_silence_does_not_hold_up_the_request(caplog: pytest.LogCaptureFixture) -> None:
    begun = time.monotonic()
    with a_server(silent) as port:
        url = f"http://127.0.0.1:{port}"
        queue = SqsQueue(f"{url}/queue", endpoint_url=url, region="eu-west-1")
        with within(0.5):
            queue.send(["a"])
    assert "SQS did not accept 1 messages" in caplog.text
    assert time.monotonic() - begun < PATIENCE_SECONDS / 10


def well(connection: socket.socket) -> None:
    """Answers each request with 200."""
    while connection.recv(65536):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def test_a_backend_may_have_an_authority_of_its_own(tmp_path: Path) -> None:
    authority = Authority("the store's own")
    file = tmp_path / "ca.pem"
    file.write_text(authority.pem)
    tls = authority.server_context(tmp_path)
    with a_server(well) as port, a_relay(f"http://127.0.0.1:{port}", tls) as relay:
        secure = relay.url.replace("http:", "https:")
        s3_at(0, endpoint_url=secure, ca_bundle=str(file))()
        with pytest.raises(BackendUnavailableError, match="head_bucket failed: SSLError"):
            s3_at(0, endpoint_url=secure)()
