"""The API gateway as an ASGI app, with HttpApi's routes, limits and errors."""

import asyncio
import json
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from local.application import Application
from local.asgi import Scope, Send, request_of, send_answer
from local.authorizer import FORBIDDEN, Authorizer, NotAuthorizedError
from local.cors import CorsPolicy
from local.error_body import error_answer, too_large
from local.function_host import FunctionHost, HandlerError
from local.http_events import BadAnswerError, Event, HttpAnswer, HttpRequest, from_answer, to_event
from local.invocations import invoke, invoked_function
from local.journal import Journal
from local.request_body import (
    BODY_BYTES_MAX,
    BODY_TIMEOUT_SECONDS,
    BodyTooLargeError,
    BodyTooSlowError,
    ClientGoneError,
    Receive,
    read_body,
)
from local.routes import Match, MethodNotAllowed, RouteTable
from local.visitors import Visitors
from tams.errors import clipped

PAYLOAD_BYTES_MAX = 6 * 1024 * 1024
"""The payload limit of a Lambda invocation in either direction, as JSON."""
GATEWAY_TIMEOUT_SECONDS = 30.0
_INVOKED_AT_ONCE = 4
"""Functions that functions invoke have threads of their own, or those who wait for them could keep all."""


@dataclass(frozen=True)
class _Done:
    """A response, the function that returned it, and a note for the log."""

    answer: HttpAnswer
    function: str = ""
    note: str = ""


class Gateway:
    body_timeout_seconds = BODY_TIMEOUT_SECONDS

    def __init__(
        self,
        application: Application,
        host: FunctionHost,
        threads: Executor,
        journal: Journal,
        access_key: str,
        *,
        is_open: bool,
        public_url: str = "",
    ) -> None:
        """`access_key` must sign invocations; an open API asks for no credentials."""
        self._functions = application.functions
        self._routes = RouteTable(application.routes)
        self._cors = CorsPolicy(application.cors)
        self._authorizer = Authorizer(host, application.authorizer)
        self._host = host
        self._access_key = access_key
        self._visitors = Visitors(self._cors, public_url) if is_open else None
        self._threads = threads
        self._invoked = ThreadPoolExecutor(_INVOKED_AT_ONCE, "invoked")
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        request = request_of(scope)
        try:
            length = int(request.header(b"content-length") or 0)
            body = await read_body(receive, length, self.body_timeout_seconds)
            request = replace(request, body=body)
            done = await self._respond(request)
        except ClientGoneError:
            return
        except BodyTooLargeError:
            done = _Done(too_large(request, "the body", BODY_BYTES_MAX))
        except BodyTooSlowError:
            done = _Done(_too_slow(self.body_timeout_seconds))
        answer = self._cors.applied(done.answer, request)
        await send_answer(send, answer, request.method)
        self._journal.request(
            request.method, request.target, answer.status, started, done.function, done.note
        )

    async def _respond(self, request: HttpRequest) -> _Done:
        if self._visitors is not None and (reason := self._visitors.refusal(request)):
            return _Done(error_answer(403, "Forbidden", reason))
        if (early := self._cors.preflight(request)) is not None:
            return _Done(early)
        if (name := invoked_function(request, self._access_key)) is not None:
            loop = asyncio.get_running_loop()
            work = partial(invoke, self._host, name, request.body)
            return _Done(await loop.run_in_executor(self._invoked, work), name)
        match = self._routes.match(request.method, request.path)
        if match is None:
            return _Done(
                error_answer(404, "NotFound", f"there is nothing at {clipped(request.raw_path)}")
            )
        if isinstance(match, MethodNotAllowed):
            allowed = ", ".join(match.allowed)
            summary = f"{request.method} is not allowed on {clipped(request.raw_path)}; allowed: {allowed}"
            headers = [(b"allow", allowed.encode())]
            return _Done(error_answer(405, "MethodNotAllowed", summary, headers))
        return await self._invoke(request, match)

    def _call(self, name: str, event: Event) -> Any:
        return self._host.invoke(name, self._authorizer.authorized(event))

    async def _invoke(self, request: HttpRequest, match: Match) -> _Done:
        name = match.route.function
        event = to_event(request, match)
        if len(request.body) > PAYLOAD_BYTES_MAX // 2 and _size(event) > PAYLOAD_BYTES_MAX:
            return _Done(
                too_large(request, "the request as Lambda's event", PAYLOAD_BYTES_MAX), name
            )
        seconds = min(self._functions[name].timeout_seconds, GATEWAY_TIMEOUT_SECONDS)
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._call, name, event)
        try:
            returned = await asyncio.wait_for(call, seconds)
            answer = from_answer(returned)
        except TimeoutError:
            summary = f"{name} did not answer within {seconds:g} s"
            return _Done(error_answer(504, "GatewayTimeout", summary), name, "timed out")
        except NotAuthorizedError:
            return _Done(FORBIDDEN, name)
        except (HandlerError, BadAnswerError) as error:
            return _Done(_failed("the function failed; the reason is in the log"), name, str(error))
        if len(answer.body) > PAYLOAD_BYTES_MAX // 2 and _size(returned) > PAYLOAD_BYTES_MAX:
            summary = f"the response is larger than Lambda's {PAYLOAD_BYTES_MAX} bytes"
            return _Done(_failed(summary), name, "response too large")
        return _Done(answer, name)


def _failed(summary: str) -> HttpAnswer:
    return error_answer(500, "InternalServerError", summary)


def _size(payload: Any) -> int:
    """The size as Lambda writes it: characters beyond ASCII stay unescaped."""
    return len(json.dumps(payload, ensure_ascii=False).encode(errors="surrogatepass"))


def _too_slow(seconds: float) -> HttpAnswer:
    closing = [(b"connection", b"close")]
    return error_answer(408, "RequestTimeout", f"the body took longer than {seconds:g} s", closing)
