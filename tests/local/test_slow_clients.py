"""Slow clients are disconnected, and delay no others."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import uvicorn

from local.credentials import Credentials
from local.environment import LocalValues
from local.function_host import FunctionHost
from local.gateway import Gateway
from local.http_protocol import BoundedHttpProtocol
from local.journal import Journal
from local.ports import LOOPBACK, Ports, listen
from local.stack import Stack
from local.template import read_application
from tests.local.raw_client import ECHO, Client, a_head, assert_last, port_of

HEAD_SECONDS = 1.0
BODY_SECONDS = 1.0
PAUSE_SECONDS = 1.5
"""Longer than either."""


class HastyProtocol(BoundedHttpProtocol):
    head_timeout_seconds = HEAD_SECONDS


class HastyGateway(Gateway):
    body_timeout_seconds = BODY_SECONDS


@pytest.fixture(scope="module")
def hasty_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A gateway without routes whose limits are short; it answers /pause after a while."""
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


def test_a_pipelined_request_waits_for_its_turn_to_be_slow(hasty_port: int) -> None:
    head = ECHO % 2
    late = True
    while late:  # a client on a busy machine may itself take too long
        with Client(hasty_port) as hasty:
            begun = time.monotonic()
            hasty.say(b"GET /pause HTTP/1.1\r\nHost: localhost\r\n\r\n" + head[:10])
            first = hasty.answer()
            hasty.say(head[10:])
            second = hasty.answer()
            late = time.monotonic() - begun > PAUSE_SECONDS + HEAD_SECONDS

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
