"""The functions' own handlers in this process: events in, answers out, with neither gateway nor socket."""

import asyncio
import importlib
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from local.application import Route
from local.http_events import Event, HttpRequest, from_answer, to_event
from local.lambda_context import LambdaContext
from local.routes import Match, RouteTable
from tams.models.caller import Scope
from tams.ports import Platform
from tams.runtime import http_handler

_CALLER = {"name": None, "scopes": [str(each) for each in Scope], "classes": None}
Handler = Callable[[Event, Any], Event]


class Handlers(httpx.BaseTransport):
    """Behind a client of httpx, so that the same requests can go here or over a wire."""

    def __init__(self, routes: Sequence[Route], platform: Platform) -> None:
        self._routes = RouteTable(routes)
        self._platform = platform
        self._made: dict[str, Handler] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = from_answer(self.invocation(request)())
        return httpx.Response(answer.status, headers=list(answer.headers), content=answer.body)

    def close(self) -> None:
        """Ends this thread's event loop, which Mangum runs the apps on."""
        if (loop := http_handler._thread.__dict__.pop("loop", None)) is not None:
            loop.close()
            asyncio.set_event_loop(None)

    def invocation(self, request: httpx.Request) -> Callable[[], Event]:
        """What Lambda does for the request: call its function with the event."""
        path, _, query = request.url.raw_path.decode().partition("?")
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        received = HttpRequest(
            request.method,
            path,
            query,
            headers,
            request.read(),
            "127.0.0.1",
            "http",
            "1.1",
            "127.0.0.1",
            80,
        )
        match = self._routes.match(request.method, received.path)
        assert isinstance(match, Match), path
        event = to_event(received, match)
        event["requestContext"]["authorizer"] = {"lambda": {"caller": json.dumps(_CALLER)}}
        handler, context = self._handler(match.route.function), _context(match.route.function)
        return lambda: handler(event, context)

    def _handler(self, function: str) -> Handler:
        if function not in self._made:
            module = importlib.import_module(f"functions.{function}.app")
            self._made[function] = http_handler.api_handler(module.router, lambda: self._platform)
        return self._made[function]


def _context(function: str) -> LambdaContext:
    return LambdaContext(function, "512", "arn", "log", time.monotonic() + 600)
