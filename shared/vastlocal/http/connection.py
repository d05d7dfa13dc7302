"""One connection of a client: HTTP/1.1 in, requests out, and their responses in order.

uvicorn would do, but costs more than most of our requests: a task, an event, a timer and two writes for each.
This calls the application directly, and it usually responds before the call returns.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import httptools

from vastlocal.errors import BadRequestError
from vastlocal.http.messages import Request, Response, error_response, target_of
from vastlocal.http.responses import Renderer, chunk

REQUEST_BYTES_MAX = 5 << 20
_HEAD_BYTES_MAX = 64 << 10
_HEAD_TOO_LONG = f"request line and headers of more than {_HEAD_BYTES_MAX} bytes"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_FLUSH_SECONDS = 0.05
"""Time for what was written to leave before the connection is cut."""


class _Incoming:
    """A request while it arrives."""

    __slots__ = ("body", "fault", "head_bytes", "headers", "keeps_alive", "method", "size", "url")

    def __init__(self) -> None:
        self.method = ""
        self.url = b""
        self.headers: dict[str, str] = {}
        self.head_bytes = 0
        self.body: list[bytes] = []
        self.size = 0
        self.keeps_alive = True
        self.fault = ""
        """Why no request can be made of it."""

    def request(self) -> Request:
        """Raises BadRequestError."""
        if self.fault:
            raise BadRequestError(self.fault)
        if self.size > REQUEST_BYTES_MAX:
            raise BadRequestError(
                f"a request of {self.size} bytes, more than {REQUEST_BYTES_MAX}", "EntityTooLarge"
            )
        body = self.body[0] if len(self.body) == 1 else b"".join(self.body)
        return Request(self.method, target_of(self.url), self.headers, body)


class Connection(asyncio.Protocol):
    """`handle` gets each request when the one before is answered, and calls `respond` or `cut` once."""

    def __init__(
        self,
        handle: Callable[[Request, "Connection"], None],
        renderer: Renderer,
        connections: set["Connection"],
    ) -> None:
        self._handle = handle
        self._renderer = renderer
        self._connections = connections
        self._parser: Any = httptools.HttpRequestParser(self)
        self._transport: Any = None
        self._incoming = _Incoming()
        self._waiting: deque[_Incoming] = deque()
        self._current: _Incoming | None = None
        """The request that is being handled."""
        self._is_full = False
        """The client does not read its responses."""
        self._is_ending = False
        self._is_broken = False
        """The rest of what the client sends means nothing."""
        self._unreported_bytes = 0
        """Of a line that is not complete: the parser keeps them and reports nothing."""
        self.last_used = time.monotonic()
        self.client_host = ""

    # asyncio's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.client_host = peer[0] if peer else ""
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        self._connections.discard(self)
        self._waiting.clear()
        self._is_ending = True

    def data_received(self, data: bytes) -> None:
        self.last_used = time.monotonic()
        if self._is_broken:
            return
        self._unreported_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # The request is complete, and is answered as if it had not asked. What follows is not HTTP/1.1.
            self._is_broken = True
            self._waiting[-1].keeps_alive = False
        except httptools.HttpParserError as error:
            self._refuse(str(error.__context__ or f"this is not HTTP/1.1: {error}"))
        else:
            if self._unreported_bytes > _HEAD_BYTES_MAX:
                self._refuse(_HEAD_TOO_LONG)
        self._advance()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._advance()

    # httptools' callbacks

    def on_message_begin(self) -> None:
        self._incoming = _Incoming()

    def on_url(self, url: bytes) -> None:
        self._take_head(len(url))
        self._incoming.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._take_head(len(name) + len(value))
        self._incoming.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def _take_head(self, size: int) -> None:
        """Raises BadRequestError, which ends the parser."""
        self._unreported_bytes = 0
        self._incoming.head_bytes += size
        if self._incoming.head_bytes > _HEAD_BYTES_MAX:
            raise BadRequestError(_HEAD_TOO_LONG)

    def on_headers_complete(self) -> None:
        if self._incoming.headers.get("expect", "").lower() == "100-continue" and self.is_idle:
            self._transport.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        self._unreported_bytes = 0
        incoming = self._incoming
        incoming.size += len(body)
        if incoming.size <= REQUEST_BYTES_MAX:
            incoming.body.append(body)

    def on_message_complete(self) -> None:
        self._unreported_bytes = 0
        incoming = self._incoming
        incoming.method = self._parser.get_method().decode("ascii")
        incoming.keeps_alive = self._parser.should_keep_alive()
        self._waiting.append(incoming)

    # requests and responses

    @property
    def is_idle(self) -> bool:
        """Whether it owes the client no response."""
        return self._current is None and not self._waiting

    def _advance(self) -> None:
        """Handles what has arrived, until a request must wait."""
        while self._current is None and self._waiting and not self._is_full:
            self._current = self._waiting.popleft()
            try:
                request = self._current.request()
            except BadRequestError as error:
                self.respond(error_response(error, ""))
            else:
                self._handle(request, self)
        if self._transport.is_closing():
            return
        if self._waiting:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def respond(self, response: Response) -> None:
        """Sends the response to the current request."""
        current, self._current = self._current, None
        if current is None or self._transport.is_closing():
            return
        keeps_alive = current.keeps_alive and not self._is_ending
        self._transport.write(
            self._renderer.rendered(response, current.method, keeps_alive=keeps_alive)
        )
        self.last_used = time.monotonic()
        if not keeps_alive:
            self._waiting.clear()
            self._transport.close()

    def respond_later(self, response: Response) -> None:
        """Like `respond`, for a response that was not sent while the request was being handled."""
        self.respond(response)
        self._advance()

    def cut(self) -> None:
        """A fault: the client gets no response."""
        self._waiting.clear()
        self._transport.abort()

    def cut_inside(self, response: Response) -> None:
        """A fault: the client gets half of the response."""
        half = response.body[: len(response.body) // 2]
        head = self._renderer.head(response, keeps_alive=True)
        self._transport.write(head + (chunk(half) if response.is_chunked else half))
        self._waiting.clear()
        asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._transport.abort)

    def end(self) -> None:
        """Closes it when it owes no response, or else after that response."""
        self._is_ending = True
        if self.is_idle and self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def _refuse(self, reason: str) -> None:
        """The last response, after those to complete requests: nothing can be made of what follows."""
        self._is_broken = True
        broken = _Incoming()
        broken.method, broken.keeps_alive, broken.fault = "GET", False, reason
        self._waiting.append(broken)
