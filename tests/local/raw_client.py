"""A client that sends anything over a raw socket, including what no proper client would."""

import json
import select
import socket
from dataclasses import dataclass
from http.client import HTTPMessage, parse_headers
from typing import Self

import httpx

from local.ports import LOOPBACK
from local.stack import Stack

PATIENCE_SECONDS = 60
"""Less than the 75 s after which the gateway closes idle connections, so that no test passes for that."""
ECHO = b"GET /echo/%d HTTP/1.1\r\nHost: localhost\r\n\r\n"


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


def path_of(answer: Answer) -> str:
    return str(json.loads(answer.body)["event"]["rawPath"])


def a_head(size_bytes: int) -> bytes:
    start, end = b"GET /echo/x HTTP/1.1\r\nHost: localhost\r\nX-Long: ", b"\r\n\r\n"
    return start + b"y" * (size_bytes - len(start) - len(end)) + end


def assert_last(client: Client, status: int, kind: str) -> None:
    """An error of TAMS, and the connection's end."""
    answer = client.answer()
    assert (answer.status, json.loads(answer.body)["type"]) == (status, kind)
    assert set(json.loads(answer.body)) == {"type", "summary", "message", "time"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["connection"] == "close"
    assert client.hears_the_end()
