"""A webhook's receiver: a real HTTP server that keeps what it accepted, and misbehaves on demand."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.waiting import PATIENCE_SECONDS

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Received:
    """One POST that was answered with success."""

    event_id: str
    document: dict[str, Any]
    headers: dict[str, str]

    @property
    def event_type(self) -> str:
        return str(self.document["event_type"])

    @property
    def event(self) -> dict[str, Any]:
        content: dict[str, Any] = self.document["event"]
        return content

    @property
    def flow_id(self) -> str | None:
        """None for events of Sources."""
        found = self.event.get("flow_id") or self.event.get("flow", {}).get("id")
        return str(found) if found else None


def answer(status: int, **headers: str) -> Behaviour:
    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return behave


accept = answer(204)


def hang(request: BaseHTTPRequestHandler) -> None:
    """No answer for longer than anybody waits."""
    time.sleep(30)
    request.close_connection = True


def close_early(request: BaseHTTPRequestHandler) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)
    request.close_connection = True


def drip(request: BaseHTTPRequestHandler) -> None:
    """An answer that never ends, byte by byte: no single wait is long."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(300):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.1)


@dataclass
class Receiver:
    """Takes events while `behaviour` is `accept`; `requests` counts every POST."""

    behaviour: Behaviour = accept
    requests: int = 0
    received: list[Received] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    @property
    def distinct(self) -> list[Received]:
        """Without repetitions, in the order of first arrival."""
        first: dict[str, Received] = {}
        for each in list(self.received):
            first.setdefault(each.event_id, each)
        return list(first.values())

    def of_flow(self, flow_id: str) -> list[Received]:
        return [each for each in self.distinct if each.flow_id == flow_id]

    def wait_for(self, found: Callable[["Receiver"], Any]) -> Sequence[Received]:
        """Returns what was received once `found` says that it is all there."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not found(self):
            types = [each.event_type for each in self.distinct]
            assert time.monotonic() < until, f"{self.requests} requests; received only {types}"
            time.sleep(0.02)
        return self.distinct


@contextmanager
def receiver(behaviour: Behaviour = accept, port: int = 0) -> Iterator[Receiver]:
    """A receiver that listens on loopback until the end of the block."""
    it = Receiver(behaviour)
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(it))
    server.daemon_threads = True
    it.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()


def _handler(it: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            it.requests += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            behaviour = it.behaviour
            if behaviour is accept:
                document = json.loads(body)
                headers = dict(self.headers.items())
                it.received.append(Received(headers["X-TAMS-Event-Id"], document, headers))
            try:
                behaviour(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Nothing: tests say what they saw."""

    return Handler
