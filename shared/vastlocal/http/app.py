"""The application: admits a request, applies faults, runs it here or in a thread, responds."""

import asyncio
import logging
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from vastlocal.errors import (
    ForbiddenError,
    InternalServerError,
    SlowDownError,
    TabularError,
    TooLongError,
)
from vastlocal.http.connection import Connection
from vastlocal.http.control_api import PREFIX, ControlApi
from vastlocal.http.counters import Counters
from vastlocal.http.doors import Door
from vastlocal.http.faults import Fault, FaultAction, Faults
from vastlocal.http.messages import Request, Response, error_response
from vastlocal.http.service import Outcome, Service
from vastlocal.operations.registry import kind_of
from vastlocal.protocol.query_stream import COMPLETED, FAILED

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Visit:
    """A request on its way through."""

    request: Request
    connection: Connection
    kind: str = "unknown"
    met: dict[FaultAction, Fault] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)
    was_at_once: bool = True


class App:
    """Used on the event loop only."""

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
        self._unsynced: list[tuple[_Visit, Outcome]] = []
        """Commits whose sync is about to come."""

    def handle(self, request: Request, connection: Connection) -> None:
        """Usually responds before it returns; otherwise the work goes on in a thread."""
        if request.path.startswith(PREFIX):
            connection.respond(self._controlled(request, connection.client_host))
            return
        visit = _Visit(request, connection)
        try:
            self._admit(request)
            visit.kind = kind_of(request)
        except TabularError as error:
            self._finish(visit, Outcome(error_response(error, request.path)))
            return
        visit.met = self._faults.take(visit.kind, request.path)
        if fault := visit.met.get(FaultAction.DELAY):
            visit.was_at_once = False
            asyncio.get_running_loop().call_later(fault.seconds, self._run, visit)
        else:
            self._run(visit)

    def _admit(self, request: Request) -> None:
        """Raises ForbiddenError for requests from web pages."""
        headers = request.headers
        if reason := self._door.refusal(headers.get("host"), headers.get("origin")):
            raise ForbiddenError(reason)

    def _controlled(self, request: Request, client_host: str) -> Response:
        try:
            self._admit(request)
            self._service.check_signature(request)
            return self._control.answer(request, client_host)
        except Exception as error:  # noqa: BLE001 - the edge
            return self._failure(error, request)

    def _run(self, visit: _Visit) -> None:
        if FaultAction.DROP_BEFORE in visit.met:
            visit.connection.cut()
            return
        try:
            outcome = self._outcome(visit, in_thread=False)
        except TooLongError:
            visit.was_at_once = False
            loop = asyncio.get_running_loop()
            work = loop.run_in_executor(self._threads, lambda: self._outcome(visit, in_thread=True))
            work.add_done_callback(lambda done: self._finish(visit, done.result()))
            return
        if outcome.commit:
            self._wait_for_sync(visit, outcome)
        else:
            self._finish(visit, outcome)

    def _wait_for_sync(self, visit: _Visit, outcome: Outcome) -> None:
        """Until everything that has arrived by now has been handled: all commits in it share one sync."""
        visit.was_at_once = False
        if not self._unsynced:
            asyncio.get_running_loop().call_soon(self._sync)
        self._unsynced.append((visit, outcome))

    def _sync(self) -> None:
        waiting, self._unsynced = self._unsynced, []
        for visit, outcome in waiting:
            try:
                self._service.require_durable(outcome)
            except InternalServerError as error:
                outcome.response = error_response(error, visit.request.path)
            self._finish(visit, outcome)

    def _outcome(self, visit: _Visit, *, in_thread: bool) -> Outcome:
        """Raises TooLongError outside a thread; any other failure becomes its response."""
        try:
            return self._served(visit, in_thread=in_thread)
        except TooLongError:
            raise
        except Exception as error:  # noqa: BLE001 - the edge
            return Outcome(self._failure(error, visit.request))

    def _served(self, visit: _Visit, *, in_thread: bool) -> Outcome:
        if not in_thread:
            self._check(visit)
        shuffle = FaultAction.SHUFFLE in visit.met
        outcome = self._service.run(visit.request, visit.kind, in_thread=in_thread, shuffle=shuffle)
        if in_thread:
            self._service.require_durable(outcome)
        return outcome

    def _check(self, visit: _Visit) -> None:
        """Raises the faults' errors, and ForbiddenError."""
        if FaultAction.SLOW_DOWN in visit.met:
            raise SlowDownError("please reduce your request rate")
        if fault := visit.met.get(FaultAction.ERROR):
            error = TabularError("a fault was requested through the control surface", fault.code)
            error.status = fault.status
            raise error
        if visit.kind != "keep_alive" or "tabular-txid" in visit.request.headers:
            self._service.check_signature(visit.request)

    def _failure(self, error: Exception, request: Request) -> Response:
        if isinstance(error, sqlite3.OperationalError):
            error = self._service.explained(error)
        elif not isinstance(error, TabularError):  # a bug becomes a 500, and is logged
            _log.error("%s %s", request.method, request.path, exc_info=error)
            error = InternalServerError("a bug in vastlocal")
        return error_response(error, request.path)

    def _finish(self, visit: _Visit, outcome: Outcome) -> None:
        seconds = time.perf_counter() - visit.started
        response, txid = outcome.response, outcome.txid or _txid(visit.request)
        self._counters.note(visit.kind, txid, response.status, seconds)
        self._counters.note_work(visit.kind, outcome.rows_read, outcome.steps)
        connection, met = visit.connection, visit.met
        if FaultAction.DROP_AFTER in met:
            connection.cut()
        elif FaultAction.CUT_STREAM in met:
            connection.cut_inside(response)
        else:
            if FaultAction.FAIL_STREAM in met:
                response = replace(response, body=response.body.removesuffix(COMPLETED) + FAILED)
            if visit.was_at_once:
                connection.respond(response)
            else:
                connection.respond_later(response)


def _txid(request: Request) -> int:
    text = request.headers.get("tabular-txid", "")
    return int(text) if text.isdecimal() and text.isascii() else 0
