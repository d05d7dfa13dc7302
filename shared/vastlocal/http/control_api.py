"""The control surface under `/_vastlocal/`: for local tests and benchmarks that have the keys."""

import ipaddress
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from vastlocal.engine.database import Database
from vastlocal.errors import BadRequestError, ForbiddenError, NotFoundError
from vastlocal.http.counters import Counters
from vastlocal.http.faults import Fault, Faults
from vastlocal.http.messages import Request, Response
from vastlocal.operations.select_log import SelectLog
from vastlocal.settings import Settings

PREFIX = "/_vastlocal/"


class ControlApi:
    def __init__(
        self,
        settings: Settings,
        database: Database,
        counters: Counters,
        faults: Faults,
        selects: SelectLog,
    ) -> None:
        self._settings = settings
        self._database = database
        self._counters = counters
        self._faults = faults
        self._selects = selects
        self._started = time.monotonic()

    def answer(self, request: Request, client_host: str) -> Response:
        """Raises ForbiddenError for callers on other machines, NotFoundError, BadRequestError."""
        if client_host and not ipaddress.ip_address(client_host).is_loopback:
            raise ForbiddenError("the control surface answers only this machine")
        route = f"{request.method} {request.path.removeprefix(PREFIX)}"
        answers: dict[str, Callable[[], Any]] = {
            "GET health": self._health,
            "GET counters": self._counters.as_json,
            "GET faults": self._faults.as_json,
            "GET selects": self._selects.as_json,
        }
        acts: dict[str, Callable[[], None]] = {
            "POST reset": self._reset,
            "POST faults": lambda: self._faults.add(Fault.from_json(_body(request))),
            "DELETE faults": self._faults.clear,
            "POST selects": self._selects.start,
            "POST expire": lambda: self._expire(_body(request)),
        }
        if route in answers:
            return _json(answers[route]())
        if route not in acts:
            raise NotFoundError(f"no {route}")
        acts[route]()
        return _json({})

    def _reset(self) -> None:
        self._counters.reset()
        self._faults.clear()
        self._selects.stop()

    def _expire(self, body: dict[str, Any]) -> None:
        self._database.expire(float(body.get("idle_seconds", 0.0)))

    def _health(self) -> dict[str, Any]:
        return {
            "status": "ok",
            "pid": os.getpid(),
            "server_version": self._settings.server_version,
            "conflicts": self._settings.conflicts,
            "buckets": list(self._settings.buckets),
            "open_transactions": self._database.open_transactions,
            "uptime_seconds": time.monotonic() - self._started,
            "rss_bytes": _resident_bytes(),
        }


def _resident_bytes() -> int:
    """Current memory, if the system reports it; otherwise the peak."""
    try:
        with open("/proc/self/statm") as statm:  # noqa: PTH123 - not a path to build on
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise BadRequestError("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequestError("the body is not a JSON object")
    return body


def _json(value: Any) -> Response:
    return Response(json.dumps(value).encode(), content_type="application/json")
