"""Connections to VAST, against sockets that behave as badly as sockets do."""

import gc
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tams.vast.api import VastApi
from tams.vast.errors import (
    VastConflictError,
    VastConnectionError,
    VastRequestError,
    VastUnavailableError,
)
from tams.vast.http_connection import Endpoint, _Reader
from tams.vast.http_pool import HttpPool
from tams.vast.signature import Signer
from tests.waiting import until

OK = b"HTTP/1.1 200 OK\r\nServer: vast 5.3.0.1\r\ntabular-txid: 7\r\nContent-Length: 2\r\n\r\nok"
REQUEST = b"GET / HTTP/1.1\r\nHost: vast\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def serving(*answers: bytes | None) -> Iterator[tuple[HttpPool, list[int]]]:
    """Answers each request with the next; None closes. Also the number of each one's connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    waiting = list(answers)
    served: list[int] = []

    def serve(connection: socket.socket, number: int) -> None:
        with connection:
            while waiting and connection.recv(65536):
                served.append(number)
                answer = waiting.pop(0)
                if answer is None:
                    return
                connection.sendall(answer)
                if b"onnection: close" in answer or b"Content-Length: 9" in answer:
                    return

    def accept() -> None:
        number = 0
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=serve, args=(connection, number), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    port = listener.getsockname()[1]
    pool = HttpPool(Endpoint.of(f"http://127.0.0.1:{port}"), timeout_seconds=30)
    try:
        yield pool, served
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_a_connection_is_kept_and_used_again() -> None:
    with serving(OK, OK, OK) as (pool, served):
        assert [pool.exchange(REQUEST).body for _ in range(3)] == [b"ok"] * 3
    assert served == [1, 1, 1]


def test_an_answer_does_not_wait_for_the_garbage_collector() -> None:
    large = 1 << 20
    answer = OK.replace(b"Content-Length: 2", b"Content-Length: %d" % large)[:-2] + b"x" * large
    gc.collect()
    gc.disable()
    try:
        with serving(answer) as (pool, _):
            assert len(pool.exchange(REQUEST).body) == large
        assert not [each for each in gc.get_objects() if isinstance(each, _Reader)]
    finally:
        gc.enable()


def test_one_that_is_closed_after_its_answer_is_not_used_again() -> None:
    closing = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with serving(closing, OK) as (pool, served):
        assert [pool.exchange(REQUEST).status for _ in range(2)] == [200, 200]
    assert served == [1, 2]


def test_one_that_was_closed_while_idle_is_noticed_before_a_request_is_lost_on_it() -> None:
    with serving(OK, OK) as (pool, served):
        pool.exchange(REQUEST)
        idle = pool._idle[0]
        idle._socket.shutdown(socket.SHUT_RDWR)
        assert not idle.is_usable(0)
        assert pool.exchange(REQUEST).status == 200
    assert served == [1, 2]


def test_an_answer_nobody_waited_for_does_not_reach_the_next_request() -> None:
    other = OK.replace(b"ok", b"no")
    with serving(other, OK, OK) as (pool, served):
        pool.send(REQUEST)
        assert [pool.exchange(REQUEST).body for _ in range(2)] == [b"ok"] * 2
    assert served == [1, 1, 1]


@pytest.mark.parametrize(
    "answer",
    [None, OK[:20], OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), b"nonsense\r\n\r\n"],
    ids=["none", "a part", "the last", "not HTTP"],
)
def test_a_connection_that_was_not_left_clean_is_not_used_again(answer: bytes | None) -> None:
    with serving(answer, OK) as (pool, served):
        pool.send(REQUEST)
        until(lambda: served == [1])
        if answer == OK[:20]:  # the rest never comes
            pool._idle[0]._socket.shutdown(socket.SHUT_RD)
        assert pool.exchange(REQUEST).body == b"ok"
    assert served == [1, 2]


def test_chunks_and_header_names_of_any_case_are_read() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nX-Thing: A\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with serving(chunked) as (pool, _):
        response = pool.exchange(REQUEST)
    assert (response.body, response.headers["x-thing"]) == (b"abcde", "A")


@pytest.mark.parametrize(
    "answer",
    [None, b"SSH-2.0-OpenSSH\r\n", OK.replace(b"Content-Length: 2", b"Content-Length: 9")],
    ids=["closed", "not HTTP", "cut"],
)
def test_no_whole_answer_is_a_lost_connection(answer: bytes | None) -> None:
    with serving(answer, OK) as (pool, _):
        with pytest.raises(VastConnectionError):
            pool.exchange(REQUEST)
        assert pool.exchange(REQUEST).status == 200


def test_nobody_there_is_a_lost_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(VastConnectionError, match="Connection refused"):
        HttpPool(Endpoint.of(f"http://127.0.0.1:{port}"), 5).exchange(REQUEST)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://vast", "vast"),
        ("https://vast:443", "vast"),
        ("http://vast:9090/", "vast:9090"),
        ("http://[::1]:9090", "[::1]:9090"),
    ],
)
def test_the_host_is_the_one_that_the_sdk_signs(url: str, host: str) -> None:
    assert Endpoint.of(url).host == host


@pytest.mark.parametrize("url", ["vast:443", "ftp://vast", "http://", ""])
def test_what_is_no_endpoint_is_refused_by_name(url: str) -> None:
    with pytest.raises(ValueError, match="not the address of a VAST endpoint"):
        Endpoint.of(url)


def failing(status: int, code: str = "") -> bytes:
    body = f"<Error><Code>{code}</Code></Error>".encode() if code else b""
    return b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def committing(pool: HttpPool) -> Callable[[], None]:
    api = VastApi(pool, Signer("k", "s", pool.endpoint.host))
    return lambda: api.commit(7)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (failing(409, "Conflict"), VastConflictError, "^$"),
        (failing(403), VastUnavailableError, "rejected the access key"),
        (failing(404), VastUnavailableError, "the transaction, .* or the table"),
        (failing(507), VastUnavailableError, "is full"),
        (failing(400, "TabularBad"), VastRequestError, "400 TabularBad"),
        (failing(500), VastUnavailableError, "answered 500"),
        (failing(502), VastUnavailableError, "answered 502"),
        (failing(503, "ServiceUnavailable"), VastUnavailableError, "503 ServiceUnavailable"),
    ],
)
def test_what_each_status_means(answer: bytes, error: type[Exception], words: str) -> None:
    with serving(answer) as (pool, served), pytest.raises(error, match=words):
        committing(pool)()
    assert served == [1]


def test_asked_to_slow_down_it_tries_again_and_then_gives_up() -> None:
    slow = failing(503, "SlowDown")
    with serving(slow, OK) as (pool, served):
        committing(pool)()
    assert len(served) == 2
    refused = pytest.raises(VastUnavailableError, match="SlowDown")
    with serving(slow, slow, slow, OK) as (pool, served), refused:
        committing(pool)()
    assert len(served) == 3


def test_another_server_at_the_address_is_named() -> None:
    other = OK.replace(b"vast 5.3.0.1", b"nginx")
    with (
        serving(other) as (pool, _),
        pytest.raises(VastUnavailableError, match=r"is not VAST \(Server: nginx\)"),
    ):
        VastApi(pool, Signer("k", "s", "vast")).begin()


def test_a_begin_that_another_server_answers_is_unavailable_even_later() -> None:
    page = b"HTTP/1.1 200 OK\r\nServer: proxy\r\nContent-Length: 2\r\n\r\nhi"
    with serving(OK, page) as (pool, _):
        api = VastApi(pool, Signer("K", "S", pool.endpoint.host))
        assert api.begin() == 7
        with pytest.raises(VastUnavailableError, match="proxy"):
            api.begin()


def test_an_answer_that_does_not_come_is_given_up_soon() -> None:
    with serving(b"", OK) as (pool, served):
        pool.send(REQUEST)
        until(lambda: served == [1])
        assert pool.exchange(REQUEST).body == b"ok"
    assert served == [1, 2]
