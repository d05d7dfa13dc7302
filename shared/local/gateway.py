"""The API gateway as an ASGI app: routes, limits and errors as HttpApi has them."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Any

from local.access import TokenCheck
from local.cors import CorsPolicy
from local.error_body import error_answer
from local.function_host import FunctionHost
from local.http_events import BadAnswerError, HttpAnswer, HttpRequest, from_answer, to_event
from local.journal import Journal
from local.routes import Match, MethodNotAllowed, RouteTable
from local.template import Application

_log = logging.getLogger(__name__)

BODY_BYTES_MAX = 10 * 1024 * 1024
"""Of a request, HTTP APIs."""
PAYLOAD_BYTES_MAX = 6 * 1024 * 1024
"""Of a Lambda invocation, either way, as JSON."""
GATEWAY_TIMEOUT_SECONDS = 30.0

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class _TooLargeError(Exception):
    """The request's body is over API Gateway's limit."""


class Gateway:
    def __init__(
        self,
        application: Application,
        host: FunctionHost,
        threads: Executor,
        journal: Journal,
        token: str | None,
    ) -> None:
        self._functions = application.functions
        self._routes = RouteTable(application.routes)
        self._cors = CorsPolicy(application.cors)
        self._tokens = TokenCheck(token)
        self._host = host
        self._threads = threads
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        target = scope["raw_path"] + (
            b"?" + scope["query_string"] if scope["query_string"] else b""
        )
        try:
            request = _request(scope, await _read_body(scope, receive))
            answer, function, note = await self._answer(request)
        except _TooLargeError:
            request, function, note = _request(scope, b""), "", ""
            answer = _too_large("the body", BODY_BYTES_MAX)
        answer = self._cors.applied(answer, request)
        await _send(send, answer, request.method)
        self._journal.request(
            request.method, target.decode("latin-1"), answer.status, started, function, note
        )

    async def _answer(self, request: HttpRequest) -> tuple[HttpAnswer, str, str]:
        """The answer, the function that gave it, and what a reader of the log should know."""
        preflight = self._cors.preflight(request)
        if preflight is not None:
            return preflight, "", ""
        refusal = self._tokens.refusal(request)
        if refusal is not None:
            return refusal, "", ""
        match = self._routes.match(request.method, request.raw_path)
        if match is None:
            return error_answer(404, "NotFound", f"nothing is at {request.raw_path}"), "", ""
        if isinstance(match, MethodNotAllowed):
            allowed = ", ".join(match.allowed)
            summary = f"{request.method} is not allowed on {request.raw_path}, but {allowed}"
            headers = [(b"allow", allowed.encode())]
            return error_answer(405, "MethodNotAllowed", summary, headers), "", ""
        answer, note = await self._invoke(request, match)
        return answer, match.route.function, note

    async def _invoke(self, request: HttpRequest, match: Match) -> tuple[HttpAnswer, str]:
        name = match.route.function
        event = to_event(request, match)
        if len(request.body) > PAYLOAD_BYTES_MAX // 2 and _size(event) > PAYLOAD_BYTES_MAX:
            return _too_large("the request as Lambda's event", PAYLOAD_BYTES_MAX), ""
        seconds = min(self._functions[name].timeout_seconds, GATEWAY_TIMEOUT_SECONDS)
        call = asyncio.get_running_loop().run_in_executor(
            self._threads, self._host.invoke, name, event
        )
        try:
            returned = await asyncio.wait_for(call, seconds)
            answer = from_answer(returned)
        except TimeoutError:
            summary = f"{name} did not answer within {seconds:g} s"
            return error_answer(504, "GatewayTimeout", summary), "timed out"
        except Exception as error:  # as Lambda's runtime: whatever a handler raises is an answer
            _log.exception("%s failed", name)
            kind = "bad answer" if isinstance(error, BadAnswerError) else type(error).__name__
            summary = "the function failed; the reason is in the log"
            return error_answer(500, "InternalServerError", summary), f"{kind}: {error}"[:300]
        if len(answer.body) > PAYLOAD_BYTES_MAX // 2 and _size(returned) > PAYLOAD_BYTES_MAX:
            summary = f"the response is larger than Lambda's {PAYLOAD_BYTES_MAX} bytes"
            return error_answer(500, "InternalServerError", summary), "response over 6 MiB"
        return answer, ""


def _size(payload: Any) -> int:
    return len(json.dumps(payload))


def _too_large(what: str, bytes_max: int) -> HttpAnswer:
    return error_answer(413, "RequestTooLarge", f"{what} is larger than {bytes_max} bytes")


def _request(scope: Scope, body: bytes) -> HttpRequest:
    client, server = scope.get("client"), scope.get("server")
    return HttpRequest(
        method=scope["method"],
        raw_path=scope["raw_path"].decode("latin-1"),
        raw_query=scope["query_string"].decode("latin-1"),
        headers=scope["headers"],
        body=body,
        source_ip=client[0] if client else "127.0.0.1",
        scheme=scope["scheme"],
        http_version=scope["http_version"],
        port=server[1] if server else 0,
    )


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """Raises _TooLargeError, before the rest is read."""
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if int(declared) > BODY_BYTES_MAX:
        raise _TooLargeError
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_BYTES_MAX:
            raise _TooLargeError
    return bytes(body)


async def _send(send: Send, answer: HttpAnswer, method: str) -> None:
    headers = list(answer.headers)
    bodiless = answer.status in (204, 304) or method == "HEAD"
    if not bodiless:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else answer.body})
