"""What a service answers, or what answers in its place, on real sockets."""

import re
import socket
from collections.abc import Callable, Iterator

import pytest

from tams.aws.json_api import AwsError, JsonApi
from tests.bad_servers import a_server, half, resetting


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "K")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "S")


def api(port: int, seconds: float = 60) -> JsonApi:
    return JsonApi(
        "sqs",
        "AmazonSQS",
        "1.0",
        url=f"http://127.0.0.1:{port}",
        region="eu-west-1",
        connect_seconds=seconds,
        read_seconds=seconds,
    )


def an_answer(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def a_request(connection: socket.socket) -> bytes:
    """All of it, in however many pieces it comes. Nothing when the client has closed."""
    got = b""
    while (end := got.find(b"\r\n\r\n")) < 0 or len(got) < end + 4 + _length(got[:end]):
        if not (piece := connection.recv(65536)):
            return b""
        got += piece
    return got


def _length(head: bytes) -> int:
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0


def answering(*answers: bytes) -> Callable[[socket.socket], None]:
    """One after the other, over any number of connections; the last one again and again."""
    left = iter(answers)

    def serve(connection: socket.socket) -> None:
        while a_request(connection):
            connection.sendall(next(left, answers[-1]))

    return serve


@pytest.fixture
def asked() -> list[bytes]:
    return []


def recording(asked: list[bytes], answer: bytes) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        while request := a_request(connection):
            asked.append(request)
            connection.sendall(answer)

    return serve


def test_a_request_names_its_operation_once_and_is_signed(asked: list[bytes]) -> None:
    with a_server(recording(asked, an_answer(200, b'{"ok": 1}'))) as port:
        it = api(port)
        assert it.call("Ask", {"a": "é"}) == it.call("Ask", {"a": "é"}) == {"ok": 1}

    head, _, body = asked[0].partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert body == b'{"a": "\\u00e9"}'
    assert lines[0] == "post / http/1.1"
    assert lines.count(f"host: 127.0.0.1:{port}") == 1
    assert "x-amz-target: amazonsqs.ask" in lines
    assert "content-type: application/x-amz-json-1.0" in lines
    assert any("credential=k/" in line for line in lines)


def test_a_refusal_has_the_services_code_and_words() -> None:
    body = b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "No such queue."}'
    with (
        a_server(answering(an_answer(400, body))) as port,
        pytest.raises(AwsError, match=r"^QueueDoesNotExist: No such queue\.$") as raised,
    ):
        api(port).call("Ask", {})
    assert raised.value.code == "QueueDoesNotExist"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_twice(status: int) -> None:
    with a_server(answering(an_answer(status, b"{}"), an_answer(200, b"{}"))) as port:
        assert api(port).call("Ask", {}) == {}
    with (
        a_server(answering(an_answer(status, b'{"__type": "Busy"}'))) as port,
        pytest.raises(AwsError, match=r"^Busy$"),
    ):
        api(port).call("Ask", {})


def test_a_service_that_throttles_is_asked_twice() -> None:
    """Secrets Manager says so with status 400, when many functions start at once."""
    throttled = an_answer(400, b'{"__type": "ThrottlingException", "message": "Rate exceeded"}')
    with a_server(answering(throttled, an_answer(200, b"{}"))) as port:
        assert api(port).call("Ask", {}) == {}
    with (
        a_server(answering(throttled)) as port,
        pytest.raises(AwsError, match=r"^ThrottlingException: Rate exceeded$"),
    ):
        api(port).call("Ask", {})


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize("body", [b"<html>a proxy</html>", b"[]", b"\xff", b""])
def test_an_answer_that_is_not_the_services_is_an_error(status: int, body: bytes) -> None:
    with (
        a_server(answering(an_answer(status, body))) as port,
        pytest.raises(AwsError, match=f"^HTTP {status}, without JSON$"),
    ):
        api(port).call("Ask", {})


@pytest.fixture(params=[resetting, half], ids=["resets", "stops in the middle"])
def broken(request: pytest.FixtureRequest) -> Iterator[int]:
    with a_server(request.param) as port:
        yield port


def test_a_broken_connection_is_an_error(broken: int) -> None:
    with pytest.raises(AwsError, match=r"^no answer \([\w ]+\)$"):
        api(broken, seconds=0.2).call("Ask", {})


def test_nobody_there_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(AwsError, match=r"^no answer \(nobody listens there\)$"):
        api(port).call("Ask", {})


def test_requests_go_through_the_environments_proxy(
    asked: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_server(recording(asked, an_answer(200, b"{}"))) as port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "elsewhere.example")
        it = JsonApi(
            "sqs",
            "AmazonSQS",
            "1.0",
            url="http://sqs.example",
            region="eu-west-1",
            connect_seconds=60,
            read_seconds=60,
        )
        assert it.call("Ask", {}) == {}
    assert asked[0].startswith(b"POST http://sqs.example/ HTTP/1.1\r\n")
