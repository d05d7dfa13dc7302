"""Clients that are slow, or say too much: over raw sockets, as no decent client behaves so."""

import asyncio
import contextlib
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPMessage, parse_headers
from typing import Any, Self

import httpx
import pytest
import uvicorn

from local.credentials import Credentials
from local.environment import LocalValues
from local.function_host import FunctionHost
from local.gateway import Gateway
from local.http_protocol import HEAD_BYTES_MAX, BoundedHttpProtocol
from local.journal import Journal
from local.ports import LOOPBACK, Ports, listen
from local.stack import Stack
from local.template import read_application

PATIENCE_SECONDS = 60
"""Less than the limits of the stack itself, so that no test passes for their sake."""
HEAD_SECONDS = 0.5
BODY_SECONDS = 0.6
PAUSE_SECONDS = 1.0
"""Longer than either."""
ECHO = b"GET /echo/%d HTTP/1.1\r\nHost: localhost\r\n\r\n"


class HastyProtocol(BoundedHttpProtocol):
    head_timeout_seconds = HEAD_SECONDS


class HastyGateway(Gateway):
    body_timeout_seconds = BODY_SECONDS


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


class Client:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), PATIENCE_SECONDS)
        self._answers = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._socket.close()

    def say(self, data: bytes) -> None:
        self._socket.sendall(data)

    def drip(self, data: bytes) -> None:
        """A byte now and then, until the server has enough of it."""
        for byte in data:
            self.say(bytes([byte]))
            if select.select([self._socket], [], [], 0.05)[0]:
                return

    def answer(self) -> Answer:
        status = int(self._answers.readline().split()[1])
        headers = parse_headers(self._answers)
        return Answer(status, headers, self._answers.read(int(headers["content-length"])))

    def hears_the_end(self) -> bool:
        return self._answers.read(1) == b""


def port_of(stack: Stack) -> int:
    return httpx.URL(stack.api_url).port or 80


def assert_last(client: Client, status: int, kind: str) -> None:
    """An error of TAMS, and the connection's end."""
    answer = client.answer()
    assert (answer.status, json.loads(answer.body)["type"]) == (status, kind)
    assert set(json.loads(answer.body)) == {"type", "summary", "message", "time"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["connection"] == "close"
    assert client.hears_the_end()


@pytest.fixture
def client(small_stack: Stack) -> Iterator[Client]:
    with Client(port_of(small_stack)) as client:
        yield client


@pytest.fixture(scope="module")
def hasty_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A gateway without routes whose limits are short; /pause is told so after a while."""
    root = tmp_path_factory.mktemp("hasty")
    (root / "template.yaml").write_text("Resources: {}")
    values = LocalValues(Ports(), Credentials.from_json({}), "http://127.0.0.1:9000", {})
    application = read_application(root / "template.yaml", values)
    with ThreadPoolExecutor(1) as threads, listen(LOOPBACK, 0) as listener:
        host = FunctionHost(application.functions, root)
        gateway = HastyGateway(application, host, threads, Journal(None), "key", is_open=False)

        async def pausing(scope: Any, receive: Any, send: Any) -> None:
            if scope["path"] == "/pause":
                await asyncio.sleep(PAUSE_SECONDS)
            await gateway(scope, receive, send)

        server = uvicorn.Server(
            uvicorn.Config(
                pausing,
                loop="uvloop",
                http=HastyProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                timeout_graceful_shutdown=1,
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


@pytest.fixture
def hasty(hasty_port: int) -> Iterator[Client]:
    with Client(hasty_port) as client:
        yield client


def a_head(size_bytes: int) -> bytes:
    start, end = b"GET /echo/x HTTP/1.1\r\nHost: localhost\r\nX-Long: ", b"\r\n\r\n"
    return start + b"y" * (size_bytes - len(start) - len(end)) + end


@pytest.mark.parametrize(
    "head",
    [
        a_head(HEAD_BYTES_MAX + 1),
        b"GET /echo/" + b"x" * HEAD_BYTES_MAX + b" HTTP/1.1\r\n\r\n",
        b"GET /echo/x HTTP/1.1\r\n" + b"A: b\r\n" * (HEAD_BYTES_MAX // 6) + b"\r\n",
        b"GET /echo/" + b"x" * 3 * HEAD_BYTES_MAX,
        b"GET /echo/x HTTP/1.1\r\nX-Long: " + b"y" * 3 * HEAD_BYTES_MAX,
        b"GET /echo/x HTTP/1.1\r\n" + b"y" * 3 * HEAD_BYTES_MAX,
        b"GET /echo/x HTTP/1.1\r\nX-Long: " + b"y" * 4_000_000,
    ],
    ids=["header", "line", "headers", "half line", "half header", "half name", "flood"],
)
def test_a_head_over_the_limit_is_refused_and_the_connection_closed(
    client: Client, head: bytes
) -> None:
    client.say(head)

    assert_last(client, 431, "RequestHeadersTooLarge")


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS, to a port that has none
        b"hello\r\n\r\n",
        b"GET /echo/x\r\n\r\n",
        b"GET /echo/x HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /echo/x HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET /echo/x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /echo/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot-hex\r\n",
        b"PUT /echo/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}not-hex\r\n",
    ],
    ids=[
        "TLS",
        "no HTTP",
        "no version",
        "no header",
        "no length",
        "two lengths",
        "no chunk",
        "no end of a chunk",
    ],
)
def test_what_is_not_http_is_refused_in_json(client: Client, data: bytes) -> None:
    client.say(data)

    assert_last(client, 400, "BadRequest")


def test_what_is_not_http_behind_a_good_request_is_refused_in_its_turn(client: Client) -> None:
    client.say(ECHO % 1 + b"hello\r\n\r\n")

    assert path_of(client.answer()) == "/echo/1"
    assert_last(client, 400, "BadRequest")


def test_a_body_that_breaks_later_is_refused_at_once(client: Client) -> None:
    """Not when the time for bodies is over, which would also be said to be the reason."""
    client.say(b"PUT /echo/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
    client.say(ECHO % 1)

    assert_last(client, 400, "BadRequest")


def test_a_broken_body_behind_a_good_request_keeps_its_answer(client: Client) -> None:
    broken = b"PUT /echo/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot-hex\r\n"
    client.say(b"GET /echo/0?sleep=0.3 HTTP/1.1\r\nHost: localhost\r\n\r\n" + ECHO % 1 + broken)

    assert [path_of(client.answer()) for _ in range(2)] == ["/echo/0", "/echo/1"]
    assert_last(client, 400, "BadRequest")


def test_a_head_as_large_as_the_limit_is_answered_however_it_is_cut(client: Client) -> None:
    head = a_head(HEAD_BYTES_MAX)

    for size_bytes in (HEAD_BYTES_MAX, HEAD_BYTES_MAX - 1, 1000, 7):
        for start in range(0, len(head), size_bytes):
            client.say(head[start : start + size_bytes])
        assert client.answer().status == 200


def test_a_large_head_behind_a_good_request_is_refused_in_its_turn(client: Client) -> None:
    client.say(
        b"GET /echo/x?sleep=0.3 HTTP/1.1\r\nHost: localhost\r\n\r\n" + a_head(HEAD_BYTES_MAX + 1)
    )

    assert client.answer().status == 200
    assert_last(client, 431, "RequestHeadersTooLarge")


def test_large_bodies_are_not_taken_for_headers(client: Client) -> None:
    body = b"x" * 3 * HEAD_BYTES_MAX
    chunks = b"".join(b"%x\r\n%b\r\n" % (1000, b"x" * 1000) for _ in range(30)) + b"0\r\n\r\n"
    sized = b"PUT /echo/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    chunked = b"PUT /echo/2 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"

    client.say(sized + body + chunked + chunks + ECHO % 3)

    assert [path_of(client.answer()) for _ in range(3)] == ["/echo/1", "/echo/2", "/echo/3"]


def test_trailers_do_not_become_headers(client: Client) -> None:
    head = b"PUT /echo/1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"

    client.say(head + b"1\r\nx\r\n0\r\nAuthorization: y\r\n\r\n")

    assert "authorization" not in json.loads(client.answer().body)["event"]["headers"]


def test_dripped_headers_are_timed_out(hasty: Client) -> None:
    started = time.monotonic()
    hasty.drip(a_head(100))

    assert_last(hasty, 408, "RequestTimeout")
    assert time.monotonic() - started > HEAD_SECONDS / 2


def test_a_connection_without_a_request_is_closed_silently(hasty: Client) -> None:
    assert hasty.hears_the_end()


def test_a_further_request_has_its_own_time(hasty: Client) -> None:
    hasty.say(ECHO % 1)
    first = hasty.answer()
    time.sleep(PAUSE_SECONDS)
    hasty.say(ECHO % 2)
    second = hasty.answer()
    hasty.drip(a_head(100))

    assert (first.status, second.status) == (404, 404)
    assert_last(hasty, 408, "RequestTimeout")


def test_empty_lines_keep_no_connection_open(hasty: Client) -> None:
    hasty.say(ECHO % 1)
    hasty.answer()
    hasty.say(b"\r\n")

    assert hasty.hears_the_end()


def test_a_pipelined_request_waits_for_its_turn_to_be_slow(hasty: Client) -> None:
    head = ECHO % 2

    hasty.say(b"GET /pause HTTP/1.1\r\nHost: localhost\r\n\r\n" + head[:10])
    first = hasty.answer()
    hasty.say(head[10:])
    second = hasty.answer()

    assert (first.status, second.status) == (404, 404)


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 100", b"Transfer-Encoding: chunked"], ids=["sized", "chunked"]
)
@pytest.mark.parametrize("drips", [True, False], ids=["dripped", "absent"])
def test_a_slow_body_is_timed_out(hasty: Client, framing: bytes, drips: bool) -> None:
    hasty.say(b"PUT /echo/x HTTP/1.1\r\nHost: localhost\r\n" + framing + b"\r\n\r\n")
    if drips:
        hasty.drip(b"20\r\n" + b"x" * 20)

    assert_last(hasty, 408, "RequestTimeout")


def test_a_slow_function_is_no_slow_client(hasty: Client) -> None:
    body = b"PUT /pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"

    hasty.say(body)
    first = hasty.answer()
    hasty.say(body)

    assert (first.status, hasty.answer().status) == (404, 404)


def test_idle_connections_do_not_keep_others_from_being_answered(
    small_stack: Stack, gateway: httpx.Client
) -> None:
    with contextlib.ExitStack() as idle:
        for number in range(200):
            client = idle.enter_context(Client(port_of(small_stack)))
            client.say(b"GET /echo/x HTTP/1.1\r\nX-" if number % 2 else b"")
        answers = [gateway.get("/echo/x") for _ in range(10)]

    assert {answer.status_code for answer in answers} == {200}


def test_kept_connections_and_pipelines_are_answered_in_order(client: Client) -> None:
    for number in range(3):
        client.say(ECHO % number)
        assert path_of(client.answer()) == f"/echo/{number}"

    client.say(b"".join(ECHO % number for number in range(20)))

    paths = [path_of(client.answer()) for _ in range(20)]
    assert paths == [f"/echo/{number}" for number in range(20)]


def path_of(answer: Answer) -> str:
    return str(json.loads(answer.body)["event"]["rawPath"])
