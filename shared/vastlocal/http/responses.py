"""Turns a response into the bytes of HTTP/1.1."""

import time
from email.utils import formatdate
from http import HTTPStatus

from vastlocal.http.messages import Response

_LAST_CHUNK = b"0\r\n\r\n"


class Renderer:
    """Every response goes out in one piece: each write to a socket costs more than all of this."""

    def __init__(self, server_version: str) -> None:
        self._server = f"server: vast {server_version}\r\n"
        self._second = 0
        self._starts: dict[int, str] = {}

    def rendered(self, response: Response, method: str, *, keeps_alive: bool) -> bytes:
        """The whole response; that to HEAD has no body."""
        head, body = self.head(response, keeps_alive=keeps_alive), response.body
        if method == "HEAD":
            return head
        if response.is_chunked:
            return b"".join((head, chunk(body), _LAST_CHUNK))
        return head + body

    def head(self, response: Response, *, keeps_alive: bool) -> bytes:
        lines = [self._start(response.status)]
        for name, value in response.headers.items():
            lines.append(f"{name}: {_one_line(value)}\r\n")
        lines.append(f"content-type: {response.content_type}\r\n")
        if response.is_chunked:
            lines.append("transfer-encoding: chunked\r\n")
        else:
            lines.append(f"content-length: {len(response.body)}\r\n")
        lines.append("\r\n" if keeps_alive else "connection: close\r\n\r\n")
        return "".join(lines).encode("latin-1")

    def _start(self, status: int) -> str:
        """The lines that change once a second."""
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._starts.clear()
        if (start := self._starts.get(status)) is None:
            line = f"HTTP/1.1 {status} {_phrase(status)}\r\n"
            start = f"{line}date: {formatdate(now, usegmt=True)}\r\n{self._server}"
            self._starts[status] = start
        return start


def chunk(body: bytes) -> bytes:
    """Empty for an empty body, whose chunk would end the response."""
    return b"%x\r\n%b\r\n" % (len(body), body) if body else b""


def _one_line(value: str) -> str:
    """Without the characters that would begin another header."""
    return value if value.isprintable() else "".join(c for c in value if c.isprintable())


def _phrase(status: int) -> str:
    """Empty for a status that a fault made up."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
