"""How operators' programs report to the `tams` command: lines of JSON on standard output.

`{"stage": words}`, `{"begin": number}` and `{"advance": number}` are progress. The last line is
`{"result": …}`, or `{"error": words}` with exit code 1.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from tams.errors import RequestFailedError
from tams.runtime.operator_settings import SettingsError

INTERRUPTED = 130
_EVERY_SECONDS = 0.2
"""More progress than a person can see would only cost time."""


class Reported:
    """`tams.ports.Progress`, as lines."""

    def __init__(self) -> None:
        self._done = 0
        self._next = 0.0

    def stage(self, words: str) -> None:
        self._tell()
        _line(stage=words)

    def begin(self, total: int) -> None:
        _line(begin=total)

    def advance(self, by: int) -> None:
        self._done += by
        if time.monotonic() >= self._next:
            self._tell()

    def _tell(self) -> None:
        if self._done:
            _line(advance=self._done)
        self._done, self._next = 0, time.monotonic() + _EVERY_SECONDS


def report(work: Callable[[], Any]) -> int:
    """Runs `work` and prints its result. Returns the exit code."""
    try:
        result = work()
    except (RequestFailedError, SettingsError) as error:
        _line(error=str(error))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    _line(result=result)
    return 0


def _line(**content: Any) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()
