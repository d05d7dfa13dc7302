"""Holds the real handlers of template.yaml's functions in this process."""

import importlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.application import Function
from local.errors import TemplateError
from local.lambda_context import new_context

_log = logging.getLogger(__name__)

Handler = Callable[[Any, Any], Any]

FUNCTION_SPECIFIC = {
    "POWERTOOLS_SERVICE_NAME",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
}
"""Variables read only at import, so functions of one process may differ in them."""


class HandlerError(Exception):
    """A function raised, or could not be imported; the traceback is in the log."""


class FunctionHost:
    """On Lambda each function has its own process; here they share one, and its environment."""

    def __init__(self, functions: Mapping[str, Function], root: Path) -> None:
        """Raises TemplateError when two functions need different values of one variable."""
        self._functions = functions
        self._handlers: dict[str, Handler] = {}
        self._importing = threading.Lock()
        self._base = dict(os.environ)
        self._common = common_environment(functions)
        os.environ.update(self._common)
        sys.path.insert(0, str(root))

    def load(self, name: str) -> Handler:
        """The handler, imported once. Raises HandlerError, again at each attempt."""
        if name in self._handlers:
            return self._handlers[name]
        function = self._functions[name]
        with self._importing:
            if name not in self._handlers:
                with self._own_environment(function), _failing_as_on_lambda(name):
                    module = importlib.import_module(function.module)
                    self._handlers[name] = getattr(module, function.attribute)
            return self._handlers[name]

    def load_all(self, names: Iterable[str]) -> dict[str, str]:
        """Why functions could not be imported, by name. They are tried again when invoked."""
        broken: dict[str, str] = {}
        for name in sorted(names):
            try:
                self.load(name)
            except HandlerError as error:
                broken[name] = str(error)
        return broken

    def invoke(self, name: str, event: Any) -> Any:
        """Calls the handler as Lambda would. Raises HandlerError when the handler raises."""
        handler = self.load(name)
        with _failing_as_on_lambda(name):
            return handler(event, new_context(self._functions[name]))

    @contextmanager
    def _own_environment(self, function: Function) -> Iterator[None]:
        """Only the variables the function has on Lambda, so that a gap in the template shows at import."""
        own = {"POWERTOOLS_SERVICE_NAME": "tams", **function.environment}
        own.update(
            AWS_LAMBDA_FUNCTION_NAME=f"tams-{function.name}",
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE=str(function.memory_mb),
        )
        _become({**self._base, **own})
        try:
            yield
        finally:
            _become({**self._base, **self._common})


def common_environment(functions: Mapping[str, Function]) -> dict[str, str]:
    """The variables of all functions together. Raises TemplateError when they contradict."""
    common: dict[str, str] = {}
    owner: dict[str, str] = {}
    for function in functions.values():
        for variable, value in function.environment.items():
            if variable in FUNCTION_SPECIFIC:
                continue
            if common.setdefault(variable, value) != value:
                raise TemplateError(
                    f"{owner[variable]} and {function.name} have different values of {variable}; "
                    "functions that share a process must have the same values"
                )
            owner.setdefault(variable, function.name)
    return common


@contextmanager
def _failing_as_on_lambda(name: str) -> Iterator[None]:
    """Lambda's runtime catches and logs everything a function raises, so no failure may end the host."""
    try:
        yield
    except Exception as error:
        _log.exception("%s failed", name)
        raise HandlerError(f"{type(error).__name__}: {error}"[:300]) from error


def _become(environment: Mapping[str, str]) -> None:
    for gone in set(os.environ) - set(environment):
        del os.environ[gone]
    os.environ.update(environment)
