"""What the gateway accepts as a request, and how it rejects the rest."""

import json
from collections.abc import Iterator

import pytest

from local.http_protocol import HEAD_BYTES_MAX
from local.stack import Stack
from tests.local.raw_client import ECHO, Client, a_head, assert_last, path_of, port_of


@pytest.fixture
def client(small_stack: Stack) -> Iterator[Client]:
    with Client(port_of(small_stack)) as client:
        yield client


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


def test_kept_connections_and_pipelines_are_answered_in_order(client: Client) -> None:
    for number in range(3):
        client.say(ECHO % number)
        assert path_of(client.answer()) == f"/echo/{number}"

    client.say(b"".join(ECHO % number for number in range(20)))

    paths = [path_of(client.answer()) for _ in range(20)]
    assert paths == [f"/echo/{number}" for number in range(20)]
