"""The ASGI application: reads a request, applies faults, runs it here or in a thread, responds."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from vastlocal.errors import (
    BadRequestError,
    ForbiddenError,
    InternalServerError,
    SlowDownError,
    TabularError,
    TooLongError,
)
from vastlocal.http.control_api import PREFIX, ControlApi
from vastlocal.http.counters import Counters
from vastlocal.http.doors import Door
from vastlocal.http.faults import Fault, FaultAction, Faults
from vastlocal.http.messages import Request, Response, error_response, new_request
from vastlocal.http.service import Outcome, Service
from vastlocal.operations.registry import kind_of
from vastlocal.protocol.query_stream import COMPLETED, FAILED

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

REQUEST_BYTES_MAX = 5 << 20
TRANSPORT = "vastlocal.transport"
"""ASGI scope key of the connection, so that a fault can cut it."""
_log = logging.getLogger(__name__)


class App:
    def __init__(
        self,
        service: Service,
        control: ControlApi,
        counters: Counters,
        faults: Faults,
        threads: ThreadPoolExecutor,
        door: Door,
    ) -> None:
        self._service = service
        self._control = control
        self._counters = counters
        self._faults = faults
        self._threads = threads
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        kind, outcome = "unknown", Outcome(Response())
        met: dict[FaultAction, Fault] = {}
        path: str = scope["path"]
        try:
            request = await _read(scope, receive)
            self._admit(request)
            if path.startswith(PREFIX):
                self._service.check_signature(request)
                response = self._control.answer(request, (scope.get("client") or ("",))[0])
                await _send(send, response)
                return
            kind = kind_of(request)
            started = time.perf_counter()
            met = self._faults.take(kind, path)
            outcome = await self._execute(request, kind, met)
        except TabularError as error:
            outcome.response = error_response(error, path)
        except sqlite3.OperationalError as error:
            outcome.response = error_response(self._service.explained(error), path)
        except _DroppedError:
            await _cut(scope)
            return
        except Exception:  # noqa: BLE001 - the edge: a bug becomes a 500, and is logged
            _log.exception("%s %s", scope["method"], path)
            outcome.response = error_response(InternalServerError("a bug in vastlocal"), path)
        if path.startswith(PREFIX):
            await _send(send, outcome.response)
            return
        seconds = time.perf_counter() - started
        self._counters.note(kind, _txid(scope, outcome), outcome.response.status, seconds)
        self._counters.note_work(kind, outcome.rows_read, outcome.steps)
        await self._finish(scope, send, outcome.response, met)

    def _admit(self, request: Request) -> None:
        """Raises ForbiddenError for requests from web pages."""
        headers = request.headers
        if reason := self._door.refusal(headers.get("host"), headers.get("origin")):
            raise ForbiddenError(reason)

    async def _execute(self, request: Request, kind: str, met: dict[FaultAction, Fault]) -> Outcome:
        if fault := met.get(FaultAction.DELAY):
            await asyncio.sleep(fault.seconds)
        if FaultAction.DROP_BEFORE in met:
            raise _DroppedError
        if FaultAction.SLOW_DOWN in met:
            raise SlowDownError("please reduce your request rate")
        if fault := met.get(FaultAction.ERROR):
            error = TabularError("a fault was requested through the control surface", fault.code)
            error.status = fault.status
            raise error
        if not (kind == "keep_alive" and "tabular-txid" not in request.headers):
            self._service.check_signature(request)
        shuffle = FaultAction.SHUFFLE in met
        try:
            return self._service.run(request, kind, in_thread=False, shuffle=shuffle)
        except TooLongError:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._threads,
                lambda: self._service.run(request, kind, in_thread=True, shuffle=shuffle),
            )

    @staticmethod
    async def _finish(
        scope: Scope, send: Send, response: Response, met: dict[FaultAction, Fault]
    ) -> None:
        if FaultAction.DROP_AFTER in met:
            await _cut(scope)
        elif FaultAction.CUT_STREAM in met:
            await _start(send, response)
            half = response.body[: len(response.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            await _cut(scope)
        elif FaultAction.FAIL_STREAM in met:
            await _send(
                send, replace(response, body=response.body.removesuffix(COMPLETED) + FAILED)
            )
        else:
            await _send(send, response)


class _DroppedError(Exception):
    """A fault: the connection is cut, and nothing is done."""


def _txid(scope: Scope, outcome: Outcome) -> int:
    if outcome.txid:
        return outcome.txid
    text = dict(scope["headers"]).get(b"tabular-txid", b"")
    return int(text) if text.isdigit() else 0


async def _read(scope: Scope, receive: Receive) -> Request:
    """Raises BadRequestError when the body is too large."""
    headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequestError("the client went away")
        part = message.get("body", b"")
        size += len(part)
        if size <= REQUEST_BYTES_MAX:
            parts.append(part)
        more = message.get("more_body", False)
    if size > REQUEST_BYTES_MAX:
        raise BadRequestError(
            f"the request has {size} bytes, but the limit is {REQUEST_BYTES_MAX}", "EntityTooLarge"
        )
    raw_path = scope["raw_path"].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return new_request(scope["method"], raw_path, scope["path"], query, headers, b"".join(parts))


async def _start(send: Send, response: Response) -> None:
    headers = [(name.encode(), value.encode()) for name, value in response.headers.items()]
    headers.append((b"content-type", response.content_type.encode()))
    if not response.is_chunked:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})


async def _send(send: Send, response: Response) -> None:
    await _start(send, response)
    await send({"type": "http.response.body", "body": response.body})


async def _cut(scope: Scope) -> None:
    """Closes the connection, and lets the server notice before it can respond for us."""
    if transport := scope.get(TRANSPORT):
        if transport.get_write_buffer_size():
            await asyncio.sleep(0.05)
        transport.abort()
        await asyncio.sleep(0.01)
