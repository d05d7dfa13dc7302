"""A client over one socket that costs so little that what is measured is the server."""

import re
import socket
import struct
from typing import Protocol, Self
from urllib.parse import urlsplit

_PIECE = 1 << 18
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Exchange(Protocol):
    """Sends a request, and returns the status and all bytes of the answer."""

    def __call__(self, request: bytes) -> tuple[int, bytes]: ...


class HttpConnection:
    """HTTP/1.1, kept open, with as little of it as our servers' answers need."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        assert place.hostname is not None
        assert place.port is not None
        self._socket = _connected(place.hostname, place.port)

    def __call__(self, request: bytes) -> tuple[int, bytes]:
        self._socket.sendall(request)
        got = self._piece()
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._piece()
        found = _LENGTH.search(got, 0, end)
        whole = end + 4 + (int(found[1]) if found else 0)
        pieces, length = [got], len(got)
        while length < whole:
            pieces.append(self._piece())
            length += len(pieces[-1])
        assert length == whole, "more than one answer"
        return int(got[9:12]), b"".join(pieces)

    def _piece(self) -> bytes:
        if not (piece := self._socket.recv(_PIECE)):
            raise ConnectionError("the server closed the connection")
        return piece

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


class RawConnection:
    """To the raw server of `floor_server.py`, which was told how long requests and answers are."""

    def __init__(self, port: int, request_bytes: int, answer_bytes: int) -> None:
        self._answer_bytes = answer_bytes
        self._socket = _connected("127.0.0.1", port)
        self._socket.sendall(struct.pack("!II", request_bytes, answer_bytes))

    def __call__(self, request: bytes) -> tuple[int, bytes]:
        self._socket.sendall(request)
        return 200, received(self._socket, self._answer_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def received(connection: socket.socket, count: int) -> bytes:
    """Exactly so many bytes; none when the other side has closed."""
    buffer = bytearray(count)
    view, at = memoryview(buffer), 0
    while at < count:
        if not (got := connection.recv_into(view[at:])):
            return b""
        at += got
    return bytes(buffer)


def _connected(host: str, port: int) -> socket.socket:
    connection = socket.create_connection((host, port), timeout=120)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection
