"""One keep-alive HTTP/1.1 connection: sends a request, returns a whole answer.

urllib3 takes 180 µs of CPU per request and http.client 100 µs, most of it for headers nobody reads.
This takes 40 µs; the parser is httptools, which is Node's.
"""

import select
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httptools

from tams.vast.errors import VastConnectionError, VastSilentError

TOO_LONG = "it took too long"
_CHUNK_BYTES = 256 * 1024
_SHORTEST_SECONDS = 0.001


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
    """A name or an IP address, and the port."""
    host: str
    tls: ssl.SSLContext | None

    @classmethod
    def of(cls, url: str, ca_file: str | None = None) -> "Endpoint":
        """With `ca_file` (PEM), only certificates of these authorities are accepted.

        Raises ValueError unless `url` is an http or https address, and OSError when the file is unusable.
        """
        scheme, host_name, port = parse_url(url)
        name = f"[{host_name}]" if ":" in host_name else host_name
        # Host as the SDK signs it: without a port that is the default for either scheme.
        host = name if port in (80, 443) else f"{name}:{port}"
        tls = _tls(ca_file) if scheme == "https" else None
        return cls((host_name, port), host, tls)


def _tls(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    if ca_file is not None:
        # Since Python 3.13 this is on. Certificates that appliances make for themselves often fail it.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def parse_url(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises ValueError unless it is an http or https address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not the address of a VAST endpoint, like https://vast:443")
    usual = 443 if parts.scheme == "https" else 80
    return parts.scheme, parts.hostname, parts.port or usual


class HttpConnection:
    """Raises VastConnectionError for any failure of the connection, VastSilentError if it took too long."""

    def __init__(self, endpoint: Endpoint, ip: str, seconds: float) -> None:
        """Connects to `ip`, one of the endpoint's addresses, within this time."""
        ends = time.monotonic() + seconds
        try:
            plain = socket.create_connection((ip, endpoint.address[1]), _positive(seconds))
            try:
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                plain.settimeout(_positive(ends - time.monotonic()))
                self._socket = (
                    endpoint.tls.wrap_socket(plain, server_hostname=endpoint.address[0])
                    if endpoint.tls
                    else plain
                )
            except BaseException:
                plain.close()
                raise
        except OSError as error:
            raise _failure(error) from error
        self.is_kept = True
        self._owes_answer = False

    def exchange(self, request: bytes, seconds: float) -> HttpResponse:
        """The answer, which must be complete after this time, however steadily it comes."""
        try:
            self._socket.settimeout(_positive(seconds))
            ends = time.monotonic() + seconds
            self._socket.sendall(request)
            return self._answer(ends)
        except BaseException as error:
            # After an interrupted exchange, the answer would reach the next request.
            self.close()
            if isinstance(error, OSError | httptools.HttpParserError):
                raise _failure(error) from error
            raise

    def send(self, request: bytes, seconds: float) -> None:
        """Sends a request whose answer is not needed. `is_usable` reads it before the next one."""
        try:
            self._socket.settimeout(_positive(seconds))
            self._socket.sendall(request)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise _failure(error) from error
            raise
        self._owes_answer = True

    def is_usable(self, patience_seconds: float) -> bool:
        """Whether it can take the next request: nothing is left to read, and the other side is there.

        `patience_seconds` bounds the wait for the answer to `send`, which has had time to arrive.
        """
        if self._owes_answer:
            self._owes_answer = False
            try:
                self._answer(time.monotonic() + patience_seconds)
            except (OSError, httptools.HttpParserError):
                return False
        return self.is_kept and not self._is_readable()

    def _answer(self, ends: float) -> HttpResponse:
        reader = _Reader()
        try:
            while not reader.is_complete:
                self._socket.settimeout(max(ends - time.monotonic(), _SHORTEST_SECONDS))
                if not (received := self._socket.recv(_CHUNK_BYTES)):
                    raise ConnectionResetError
                reader.feed(received)
        finally:
            reader.end()
        self.is_kept = reader.is_kept
        return reader.response

    def _is_readable(self) -> bool:
        """Whether the other side has sent something or closed it."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))

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
        self._parser: Any = httptools.HttpResponseParser(self)
        self.feed = self._parser.feed_data

    def on_header(self, name: bytes, value: bytes) -> None:
        self.response.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        self.response.status = self._parser.get_status_code()
        parts, self._parts = self._parts, []
        self.response.body = parts[0] if len(parts) == 1 else b"".join(parts)
        self.is_kept = self._parser.should_keep_alive()  # right only here
        self.is_complete = True

    def end(self) -> None:
        """Parts from the parser, so that a large answer does not wait for the garbage collector."""
        del self.feed, self._parser


def _positive(seconds: float) -> float:
    """A timeout that sockets take: zero would mean not to wait for what is there already."""
    return max(seconds, _SHORTEST_SECONDS)


def _failure(error: Exception) -> VastConnectionError:
    if isinstance(error, TimeoutError):
        return VastSilentError(TOO_LONG)
    return VastConnectionError(_reason(error))


def _reason(error: Exception) -> str:
    """What went wrong, in words: of the system where it has any."""
    if isinstance(error, httptools.HttpParserError):
        return "its answer is not valid HTTP"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
