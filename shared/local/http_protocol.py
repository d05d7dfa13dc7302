"""uvicorn's HTTP, with limits on the size and time of a request's head (its line and headers)."""

import asyncio
import resource

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from local.error_body import error_answer

HEAD_BYTES_MAX = 10_240
"""The limit of HTTP APIs for a request line and headers."""
_OWN_DESCRIPTORS = 256
"""Reserved for connections to VAST, S3 and queues, and for files."""
_FAREWELL_SECONDS = 2.0
"""Time for a refused client to read why: closing while it still sends would reset the connection first."""


def connections_bound() -> int:
    """The most connections a process may have, so that descriptors are left for its own work."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(soft - _OWN_DESCRIPTORS, soft // 2)


class BoundedHttpProtocol(HttpToolsProtocol):
    connections_max = 1_000
    head_timeout_seconds = 10.0
    _in_head = False
    _head_bytes = 0
    _unreported_bytes = 0
    """Bytes parsed since the parser last reported a header or body: part of an incomplete line."""
    _deadline: asyncio.TimerHandle | None = None
    _refusal = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.connections_max:
            summary = "the service has too many open connections; try again later"
            self._refuse(503, "ServiceUnavailable", summary)
            return
        self._set_deadline(self.head_timeout_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._set_deadline(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), HEAD_BYTES_MAX):  # uvloop reads far more at once
            if self._refusal or self.transport.is_closing():
                return
            piece = data[start : start + HEAD_BYTES_MAX]
            self._unreported_bytes += len(piece)
            super().data_received(piece)
            if self._head_bytes + self._unreported_bytes > HEAD_BYTES_MAX:
                summary = f"the request line and headers are larger than {HEAD_BYTES_MAX} bytes"
                self._refuse(431, "RequestHeadersTooLarge", summary)
        if self._deadline is None and not self._is_busy():
            self._set_deadline(self.head_timeout_seconds)

    def send_400_response(self, msg: str) -> None:
        if self._head_bytes <= HEAD_BYTES_MAX:  # otherwise data_received says what is wrong
            self._refuse(400, "BadRequest", f"this is not HTTP/1.1 (RFC 9112): {msg}")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._unreported_bytes = 0
        if self.cycle is not None:  # the first request's time began with the connection
            self._set_deadline(None)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._unreported_bytes = 0
        if self._in_head:  # trailers are dropped: nothing reads them
            self._head_bytes += len(name) + len(value) + len(b": \r\n")
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unreported_bytes = 0
        self._head_bytes += len(b"%b %b HTTP/1.1\r\n\r\n" % (self.parser.get_method(), self.url))
        if self._head_bytes > HEAD_BYTES_MAX:
            raise ValueError("too large")  # which ends the parsing
        if self.parser.get_http_version() not in ("1.0", "1.1"):
            raise ValueError("another protocol")  # a line without a version is taken for HTTP/0.9
        self._in_head = False
        self._head_bytes = 0
        self._set_deadline(None)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unreported_bytes = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        was_last = not self.pipeline
        super().on_response_complete()
        if self._refusal and was_last and not self.transport.is_closing():
            self._take_leave()
        elif self._in_head and not self._is_busy():  # pipelined: now it is its turn
            self._set_deadline(self.head_timeout_seconds)

    def _is_busy(self) -> bool:
        return self.transport.is_closing() or bool(self.cycle and not self.cycle.response_complete)

    def _expire(self) -> None:
        if self._in_head and not self._refusal:
            summary = (
                f"the request line and headers took longer than {self.head_timeout_seconds:g} s"
            )
            self._refuse(408, "RequestTimeout", summary)
        else:
            self.transport.abort()

    def _refuse(self, status: int, kind: str, summary: str) -> None:
        """Sends the connection's last response, after those to earlier requests."""
        answer = error_answer(status, kind, summary, [(b"connection", b"close")])
        lines = [b"%b: %b\r\n" % it for it in (*self.server_state.default_headers, *answer.headers)]
        length = b"content-length: %d\r\n\r\n" % len(answer.body)
        self._refusal = b"".join([STATUS_LINE[status], *lines, length, answer.body])
        if self._gives_up_body() or not self._is_busy():
            self._take_leave()

    def _gives_up_body(self) -> bool:
        """Whether the current request was waiting for the rest of its body, which can no longer arrive."""
        cycle = self.cycle
        if self._in_head or not cycle or not cycle.more_body or cycle.response_started:
            return False
        if self.pipeline:  # it has not begun, and never will
            self.pipeline.popleft()
            return False
        cycle.disconnected = True
        cycle.message_event.set()
        return True

    def _take_leave(self) -> None:
        self.transport.write(self._refusal)
        self.transport.write_eof()
        self._set_deadline(_FAREWELL_SECONDS)

    def _set_deadline(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._expire)
