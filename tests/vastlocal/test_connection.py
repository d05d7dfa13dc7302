"""HTTP itself, on a bare socket: what no client library would send, and in which order responses come."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.waiting import PATIENCE_SECONDS
from vastlocal.http.server import serving
from vastlocal.settings import Settings

PROBE = b"GET /?transaction HTTP/1.1\r\nhost: localhost\r\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    data: Path = tmp_path_factory.mktemp("vast")
    with serving(Settings(data, "K", "S", ("b",), port=0)) as url:
        parts = urlsplit(url)
        yield str(parts.hostname), int(parts.port or 0)


@pytest.fixture
def client(address: tuple[str, int]) -> Iterator[socket.socket]:
    with socket.create_connection(address, PATIENCE_SECONDS) as opened:
        yield opened


def _response(client: socket.socket, method: str = "GET") -> tuple[int, bytes]:
    response = HTTPResponse(client, method=method)
    response.begin()
    return response.status, response.read()


def test_a_request_may_arrive_byte_by_byte(client: socket.socket) -> None:
    for byte in PROBE + b"\r\n":
        client.sendall(bytes([byte]))

    assert _response(client) == (200, b"")


def test_requests_sent_together_are_answered_in_order(client: socket.socket) -> None:
    client.sendall(PROBE + b"\r\n" + b"GET /?nonsense HTTP/1.1\r\nhost: localhost\r\n\r\n" * 2)
    client.sendall(PROBE + b"connection: close\r\n\r\n")

    received = b""
    while part := client.recv(1 << 16):
        received += part

    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"400", b"400", b"200"]


def test_a_head_has_no_body(client: socket.socket) -> None:
    client.sendall(b"HEAD /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n" + PROBE + b"\r\n")

    assert client.recv(1 << 16, socket.MSG_PEEK).startswith(b"HTTP/1.1 403 ")
    received = b""
    while received.count(b"\r\n\r\n") < 2:
        received += client.recv(1 << 16)
    assert b"<Error>" not in received


def test_a_client_that_asks_first_is_told_to_go_on(client: socket.socket) -> None:
    head = b"POST /?transaction HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n"
    client.sendall(head + b"expect: 100-continue\r\n\r\n")
    expected = b"HTTP/1.1 100 Continue\r\n\r\n"
    received = b""
    while len(received) < len(expected):
        received += client.recv(len(expected) - len(received))
    assert received == expected

    client.sendall(b"abc")

    assert _response(client)[0] == 403


@pytest.mark.parametrize(
    "rubbish",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", id="TLS"),
        pytest.param(b"hello\r\n\r\n", id="no HTTP"),
        pytest.param(PROBE + b"content-length: many\r\n\r\n", id="a length that is no number"),
    ],
)
def test_what_is_not_http_is_refused_and_ends_the_connection(
    client: socket.socket, rubbish: bytes
) -> None:
    client.sendall(rubbish)

    status, body = _response(client)
    assert (status, b"not HTTP/1.1" in body) == (400, True)
    assert client.recv(1) == b""


def test_endless_headers_are_refused(client: socket.socket) -> None:
    client.sendall(PROBE + b"".join(b"x-%d: %b\r\n" % (n, b"y" * 1000) for n in range(100)))
    client.sendall(b"\r\n")

    status, body = _response(client)

    assert (status, b"headers of more than" in body) == (400, True)


def test_a_url_with_its_host_names_the_same_thing(client: socket.socket) -> None:
    client.sendall(b"GET http://localhost/?transaction HTTP/1.1\r\nhost: localhost\r\n\r\n")

    assert _response(client) == (200, b"")


def test_the_answer_to_http_1_0_ends_the_connection(client: socket.socket) -> None:
    client.sendall(b"GET /?transaction HTTP/1.0\r\n\r\n")

    assert _response(client) == (200, b"")
    assert client.recv(1) == b""


def test_one_endless_header_is_refused_before_it_ends(client: socket.socket) -> None:
    received = b""
    with suppress(ConnectionError):  # the server closes, and does not read what is still on its way
        client.sendall(PROBE + b"x: " + b"y" * (200 << 10))
        received = b"".join(iter(lambda: client.recv(1 << 16), b""))

    assert not received or b"headers of more than" in received


def test_a_request_before_rubbish_is_answered_before_the_refusal(client: socket.socket) -> None:
    client.sendall(PROBE + b"\r\n" + b"rubbish\r\n\r\n")

    received = b"".join(iter(lambda: client.recv(1 << 16), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"400"]


def test_a_request_to_upgrade_is_answered_and_is_the_last(client: socket.socket) -> None:
    client.sendall(PROBE + b"connection: upgrade\r\nupgrade: websocket\r\n\r\nmore")

    assert _response(client)[0] == 200
    assert client.recv(1) == b""
