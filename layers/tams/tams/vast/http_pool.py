"""Keeps connections to one address of VAST between requests, for any number of threads."""

import time
from collections import deque

from tams.deadline import ANSWER_SECONDS, patience
from tams.metrics import VAST_DURATION, VAST_FAILURES, measure
from tams.vast.errors import VastConnectionError, VastSilentError
from tams.vast.health import Health
from tams.vast.http_connection import TOO_LONG, Endpoint, HttpConnection, HttpResponse

_CONNECT_SECONDS = 3.0
_LATE_ANSWER_SECONDS = 1.0
"""For late answers, of all idle connections together. If VAST hangs, a new connection finds out."""
_AT_ONCE_SECONDS = 1.0
"""A connection that is stale, or to nobody, breaks at once. If it takes longer, VAST hangs."""


class HttpPool:
    def __init__(self, endpoint: Endpoint, timeout_seconds: float, ip: str | None = None) -> None:
        """For `ip`, which is one of the endpoint's addresses if it has several."""
        self.endpoint = endpoint
        self.ip = ip or endpoint.address[0]
        self.health = Health(f"{self.ip} port {endpoint.address[1]}")
        self._timeout_seconds = timeout_seconds
        self._idle: deque[HttpConnection] = deque()

    def exchange(self, request: bytes) -> HttpResponse:
        """Raises VastConnectionError, after `timeout_seconds` or when the invocation has no time left."""
        seconds = patience(self._timeout_seconds, ANSWER_SECONDS)
        asked_at = time.monotonic()
        try:
            connection = self._taken(seconds) or self._connected(seconds)
            response = connection.exchange(request, seconds - (time.monotonic() - asked_at))
        except VastConnectionError as error:
            measure(VAST_FAILURES)
            noted = self._noted(error, asked_at, seconds)
            raise noted from error.__cause__
        self.health.answered_at = time.monotonic()
        measure(VAST_DURATION, self.health.answered_at - asked_at)
        if connection.is_kept:
            self._idle.append(connection)
        else:
            connection.close()
        return response

    def send(self, request: bytes) -> None:
        """Sends a request whose answer nobody waits for. Raises VastConnectionError."""
        seconds = patience(self._timeout_seconds, ANSWER_SECONDS)
        connection = self._taken(seconds) or self._connected(seconds)
        connection.send(request, seconds)
        self._idle.append(connection)

    def _noted(
        self, error: VastConnectionError, asked_at: float, seconds: float
    ) -> VastConnectionError:
        """A failure that took long is silence. If there was hardly time to wait, it says nothing of VAST."""
        if time.monotonic() - asked_at > _AT_ONCE_SECONDS and not isinstance(
            error, VastSilentError
        ):
            error = VastSilentError(str(error))
        had_time = seconds >= min(_AT_ONCE_SECONDS, self._timeout_seconds)
        if had_time or not isinstance(error, VastSilentError):
            self.health.failed(error, asked_at)
        return error

    def _connected(self, seconds: float) -> HttpConnection:
        if seconds <= 0:
            raise VastSilentError(TOO_LONG)
        return HttpConnection(self.endpoint, self.ip, min(_CONNECT_SECONDS, seconds))

    def _taken(self, seconds: float) -> HttpConnection | None:
        """The most recently used connection, which is the least likely to be closed."""
        until = time.monotonic() + min(_LATE_ANSWER_SECONDS, seconds)
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if connection.is_usable(max(0.0, until - time.monotonic())):
                return connection
            connection.close()
        return None
