"""Servers that behave as badly as servers on a network do, on real sockets."""

import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Serve = Callable[[socket.socket], None]
"""What becomes of a connection, which is closed when this returns."""


@contextmanager
def a_server(serve: Serve) -> Iterator[int]:
    """The port of a server that gives each connection to `serve`, in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connections.append(connection)
                threading.Thread(target=_served, args=(serve, connection), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for each in connections:
                each.close()


def _served(serve: Serve, connection: socket.socket) -> None:
    try:
        serve(connection)
    except OSError:
        return
    connection.close()


def silent(connection: socket.socket) -> None:
    """Takes everything and says nothing."""
    while connection.recv(65536):
        pass


def half(connection: socket.socket) -> None:
    """Answers each request with the first half of an answer, and keeps the connection."""
    while connection.recv(65536):
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nServer: vast 5.3.0.1\r\nContent-Length: 100\r\n\r\nhalf"
        )


def trickling(connection: socket.socket) -> None:
    """Answers a byte at a time, so that no single wait is long."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    pause = threading.Event()
    while not pause.wait(0.02):
        connection.sendall(b"x")


def resetting(connection: socket.socket) -> None:
    """Resets the connection when a request has come."""
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def a_black_hole() -> Iterator[int]:
    """The port of a server that does not even accept: its queue is full, so further packets are dropped."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(8):
            each = socket.socket()
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
            waiting.append(each)
        try:
            yield listener.getsockname()[1]
        finally:
            for each in waiting:
                each.close()


class Relay:
    """Passes bytes on to a server, until it is told otherwise."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._to = ("127.0.0.1", port)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.silent_on: bytes | None = None
        """Falls silent when a request begins with this."""
        self.swallows = True
        """Whether that request is lost too."""
        self.is_silent = False
        self.accepted = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def die(self) -> None:
        """Refuses from now on, and cuts what is connected."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in [*self._open]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            if self._tls:
                client = self._tls.wrap_socket(client, server_side=True)
            with client, socket.create_connection(self._to) as server:
                self._open += [client, server]
                while True:
                    for source in select.select([client, server], [], [])[0]:
                        if not (received := _all_there(source)):
                            return
                        if not self._is_lost(received, is_request=source is client):
                            (server if source is client else client).sendall(received)

    def _is_lost(self, received: bytes, *, is_request: bool) -> bool:
        if self.is_silent:
            return True
        if is_request and self.silent_on and received.startswith(self.silent_on):
            self.is_silent = True
            return self.swallows
        return False


def _all_there(source: socket.socket) -> bytes:
    received = source.recv(65536)
    while isinstance(source, ssl.SSLSocket) and source.pending():
        received += source.recv(65536)
    return received


@contextmanager
def a_relay(url: str, tls: ssl.SSLContext | None = None) -> Iterator[Relay]:
    """In front of the server at this URL; with `tls`, it takes https."""
    relay = Relay(int(url.rpartition(":")[2]), tls)
    try:
        yield relay
    finally:
        with suppress(OSError):
            relay.die()
