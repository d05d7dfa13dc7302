"""The API of one process as an ASGI app: limits, CORS, liveness; functions answer the rest, in threads."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from aws_lambda_powertools import Logger

from local.application import Application
from local.asgi import Scope, Send, request_of, send_answer
from local.cors import CorsPolicy
from local.error_body import error_answer, too_large
from local.http_events import HttpAnswer, HttpRequest
from local.prometheus import CONTENT_TYPE
from local.request_body import (
    BODY_BYTES_MAX,
    BODY_TIMEOUT_SECONDS,
    BodyTooLargeError,
    BodyTooSlowError,
    ClientGoneError,
    Receive,
    read_body,
)
from serve.addresses import is_near
from serve.draining import Draining
from serve.requests import Requests, Routed
from serve.settings import ServeSettings
from tams.errors import clipped

LIVE, READY, METRICS = "/health/live", "/health/ready", "/metrics"
_WAITS = "events"
"""The function that lets requests wait. They have threads of their own, or they could keep all."""
_MARGIN_SECONDS = 1.0
"""For a function to notice that its time is over, and to answer."""
_CLOSING = (b"connection", b"close")
_AGAIN = (b"retry-after", b"1")

logger = Logger()


class Front:
    def __init__(
        self,
        application: Application,
        requests: Requests,
        settings: ServeSettings,
        draining: Draining,
        metrics: Callable[[], bytes],
    ) -> None:
        self._timeouts = {
            name: float(it.timeout_seconds) for name, it in application.functions.items()
        }
        self._requests = requests
        self._cors = CorsPolicy(application.cors)
        self._draining = draining
        self._metrics = metrics if settings.metrics == "on" else None
        self._pools = {
            False: _Pool(settings.threads, settings.queued, "request"),
            True: _Pool(settings.waiting, 0, "waiting"),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = request_of(scope)
        try:
            length = int(request.header(b"content-length") or 0)
            body = await read_body(receive, length, BODY_TIMEOUT_SECONDS)
            answer = await self._answer(replace(request, body=body))
        except ClientGoneError:
            return
        except BodyTooLargeError:
            answer = too_large(request, "the body", BODY_BYTES_MAX)
        except BodyTooSlowError:
            summary = f"the body took longer than {BODY_TIMEOUT_SECONDS:g} s"
            answer = error_answer(408, "RequestTimeout", summary, [_CLOSING])
        answer = self._cors.applied(answer, request)
        if self._draining.began.is_set():
            answer = replace(answer, headers=[*answer.headers, _CLOSING])
        await send_answer(send, answer, request.method)

    async def _answer(self, request: HttpRequest) -> HttpAnswer:
        if (early := self._cors.preflight(request)) is not None:
            return early
        if (own := self._own(request)) is not None:
            return own
        if (routed := self._requests.routed(request)) is None:
            return error_answer(404, "NotFound", f"there is nothing at {clipped(request.raw_path)}")
        return await self._invoked(routed)

    def _own(self, request: HttpRequest) -> HttpAnswer | None:
        """What the process says about itself."""
        path = request.raw_path
        if path == READY and self._draining.began.is_set():
            return _said(503, {"status": "draining"})
        if path == LIVE:
            return _said(200, {"status": "ok"})
        if path == METRICS and self._metrics is not None and _is_direct(request):
            kind = [(b"content-type", CONTENT_TYPE.encode())]
            return HttpAnswer(200, kind, self._metrics())
        return None

    async def _invoked(self, routed: Routed) -> HttpAnswer:
        pool = self._pools[routed.function == _WAITS]
        if pool.is_full:
            summary = "the service is busy; try again"
            return error_answer(503, "ServiceUnavailable", summary, [_AGAIN])
        seconds = self._timeouts[routed.function]
        try:
            work = pool.run(lambda: self._requests.answer(routed, seconds))
            return await asyncio.wait_for(work, seconds + _MARGIN_SECONDS)
        except TimeoutError:
            logger.exception("a request took too long", extra={"route": routed.match.route.key})
            summary = f"{routed.function} did not answer within {seconds:g} s"
            return error_answer(504, "GatewayTimeout", summary)
        except (
            Exception
        ):  # the last line before the client: a bug of ours must not close its connection
            logger.exception("a request failed", extra={"route": routed.match.route.key})
            summary = "internal error; the details have been logged"
            return error_answer(500, "InternalServerError", summary)


class _Pool:
    """Threads, and how many requests they have or let wait."""

    def __init__(self, threads: int, queued: int, name: str) -> None:
        self._executor: Executor = ThreadPoolExecutor(threads, name)
        self._most = threads + queued
        self._count = 0

    @property
    def is_full(self) -> bool:
        return self._count >= self._most

    def run(self, work: Callable[[], HttpAnswer]) -> "asyncio.Future[HttpAnswer]":
        self._count += 1
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _future: Any) -> None:
        self._count -= 1


def _said(status: int, body: dict[str, str]) -> HttpAnswer:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    return HttpAnswer(status, headers, json.dumps(body).encode())


def _is_direct(request: HttpRequest) -> bool:
    """Whether a request comes from the operator's own network, and not through a proxy for strangers."""
    proxied = request.header(b"x-forwarded-for") or request.header(b"forwarded")
    return proxied is None and is_near(request.source_ip)
