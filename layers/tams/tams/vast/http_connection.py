"""One keep-alive HTTP/1.1 connection: sends a request, returns a whole answer.

urllib3 takes 180 µs of CPU per request and http.client 100 µs, most of it for headers nobody reads.
This takes 40 µs; the parser is httptools, which is Node's.
"""

import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httptools

from tams.vast.errors import VastConnectionError

_CHUNK_BYTES = 256 * 1024


@dataclass(slots=True)
class HttpResponse:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    """By lower-case name."""
    body: bytes = b""


@dataclass(frozen=True)
class Endpoint:
    """Where requests go. `host` is the value of the Host header, which is signed."""

    address: tuple[str, int]
    host: str
    tls: ssl.SSLContext | None

    @classmethod
    def of(cls, url: str) -> "Endpoint":
        """Raises ValueError unless it is an http or https address."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                f"{url!r} is not the address of a VAST endpoint, like https://vast:443"
            )
        usual = 443 if parts.scheme == "https" else 80
        port = parts.port or usual
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        # Host as the SDK signs it: without a port that is the default for either scheme.
        host = name if port in (80, 443) else f"{name}:{port}"
        tls = ssl.create_default_context() if parts.scheme == "https" else None
        return cls((parts.hostname, port), host, tls)


class HttpConnection:
    """Raises VastConnectionError for any failure of the connection."""

    def __init__(self, endpoint: Endpoint, connect_seconds: float, timeout_seconds: float) -> None:
        try:
            plain = socket.create_connection(endpoint.address, connect_seconds)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._socket = (
                endpoint.tls.wrap_socket(plain, server_hostname=endpoint.address[0])
                if endpoint.tls
                else plain
            )
            self._socket.settimeout(timeout_seconds)
        except OSError as error:
            raise VastConnectionError(_reason(error)) from error
        self.is_kept = True
        self._owes_answer = False

    def exchange(self, request: bytes) -> HttpResponse:
        with self._closing_on_failure():
            self._socket.sendall(request)
            return self._answer()

    def send(self, request: bytes) -> None:
        """Sends a request whose answer is not needed. `is_usable` reads it before the next one."""
        with self._closing_on_failure():
            self._socket.sendall(request)
        self._owes_answer = True

    def is_usable(self, patience_seconds: float) -> bool:
        """Whether it can take the next request: nothing is left to read, and the other side is there.

        `patience_seconds` bounds the wait for the answer to `send`, which has had time to arrive.
        """
        if self._owes_answer:
            self._owes_answer = False
            if not self._is_readable(patience_seconds):
                return False
            try:
                with self._closing_on_failure():
                    self._answer()
            except VastConnectionError:
                return False
        return self.is_kept and not self._is_readable()

    def _answer(self) -> HttpResponse:
        reader = _Reader()
        while not reader.is_complete:
            reader.feed(self._received())
        self.is_kept = reader.is_kept
        return reader.response

    @contextmanager
    def _closing_on_failure(self) -> Iterator[None]:
        """After an interrupted exchange, the answer would reach the next request."""
        try:
            yield
        except (OSError, httptools.HttpParserError) as error:
            self.close()
            raise VastConnectionError(_reason(error)) from error
        except BaseException:
            self.close()
            raise

    def _received(self) -> bytes:
        if not (received := self._socket.recv(_CHUNK_BYTES)):
            raise ConnectionResetError
        return received

    def _is_readable(self, seconds: float = 0.0) -> bool:
        """Whether, within this time, the other side has sent something or closed it."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def close(self) -> None:
        self.is_kept = False
        self._socket.close()

    def __del__(self) -> None:
        if socket_ := getattr(self, "_socket", None):  # absent if connecting failed
            socket_.close()


class _Reader:
    """Collects the callbacks of httptools' parser into one answer."""

    def __init__(self) -> None:
        self.response = HttpResponse()
        self.is_complete = self.is_kept = False
        self._parts: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)
        self.feed = self._parser.feed_data

    def on_header(self, name: bytes, value: bytes) -> None:
        self.response.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        self.response.status = self._parser.get_status_code()
        self.response.body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self.is_kept = self._parser.should_keep_alive()
        self.is_complete = True


def _reason(error: Exception) -> str:
    """What went wrong, in words: of the system where it has any."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, httptools.HttpParserError):
        return "its answer is not valid HTTP"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
