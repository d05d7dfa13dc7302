"""The functions in this process: handlers for events, and FastAPI apps for requests."""

import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI

from local.application import Application, Function
from local.function_host import FunctionHost
from serve.draining import Draining
from serve.errors import ServeError
from tams.api.app import create_app
from tams.messaging.functions import LambdaFunction
from tams.runtime.deployment import deployment


@dataclass
class Context:
    """The part of Lambda's context that handlers use. While the process drains, time is shorter."""

    function_name: str
    ends_at: float
    draining: Draining
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        ends_at = min(self.ends_at, self.draining.ends_at)
        return max(0, round((ends_at - time.monotonic()) * 1000))


class Functions:
    def __init__(self, application: Application, root: Path, draining: Draining) -> None:
        self._functions = application.functions
        self._host = FunctionHost(application.functions, root)
        self._draining = draining
        LambdaFunction.invoke_here = self.invoke

    def load(self, names: set[str]) -> None:
        """Imports them. Raises ServeError: a process that lacks one must not take its place."""
        if broken := self._host.load_all(names):
            raise ServeError("; ".join(f"{name}: {why}" for name, why in broken.items()))

    def invoke(self, name: str, event: Any) -> Any:
        """What the function returns. Whatever it raises is raised."""
        handler = self._host.load(name)
        return handler(event, self._context(self._functions[name]))

    def app(self, name: str) -> FastAPI:
        """The app of an API function. It connects to nothing yet."""
        self._host.load(name)
        router: APIRouter = sys.modules[self._functions[name].module].router
        return create_app(router, deployment())

    def seconds(self, name: str) -> float:
        """How long one event may take."""
        return float(self._functions[name].timeout_seconds)

    def _context(self, function: Function) -> Context:
        ends_at = time.monotonic() + function.timeout_seconds
        return Context(f"tams-{function.name}", ends_at, self._draining)
