"""Keeps connections to VAST between requests, for any number of threads."""

import time
from collections import deque

from tams.vast.http_connection import Endpoint, HttpConnection, HttpResponse

_CONNECT_SECONDS = 3.0
_LATE_ANSWER_SECONDS = 1.0
"""For late answers, of all idle connections together. If VAST hangs, a new connection finds out."""


class HttpPool:
    def __init__(self, endpoint: Endpoint, timeout_seconds: float) -> None:
        self.endpoint = endpoint
        self._connect_seconds = min(_CONNECT_SECONDS, timeout_seconds)
        self._timeout_seconds = timeout_seconds
        self._idle: deque[HttpConnection] = deque()

    def exchange(self, request: bytes) -> HttpResponse:
        """Raises VastConnectionError."""
        connection = self._taken() or self._connected()
        response = connection.exchange(request)
        if connection.is_kept:
            self._idle.append(connection)
        else:
            connection.close()
        return response

    def send(self, request: bytes) -> None:
        """Sends a request whose answer nobody waits for. Raises VastConnectionError."""
        connection = self._taken() or self._connected()
        connection.send(request)
        self._idle.append(connection)

    def _connected(self) -> HttpConnection:
        return HttpConnection(self.endpoint, self._connect_seconds, self._timeout_seconds)

    def _taken(self) -> HttpConnection | None:
        """The most recently used connection, which is the least likely to be closed."""
        until = time.monotonic() + _LATE_ANSWER_SECONDS
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if connection.is_usable(max(0.0, until - time.monotonic())):
                return connection
            connection.close()
        return None
