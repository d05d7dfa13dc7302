"""Failures on demand, for tests of VAST's clients."""

import enum
from dataclasses import dataclass
from typing import Any, Self

from vastlocal.errors import BadRequestError


class FaultAction(enum.StrEnum):
    DELAY = "delay"
    """Wait `seconds`, then go on."""
    SLOW_DOWN = "slow_down"
    """Answer 503 SlowDown; nothing is done."""
    ERROR = "error"
    """Answer `status` with `code`; nothing is done."""
    DROP_BEFORE = "drop_before"
    """Cut the connection; nothing is done."""
    DROP_AFTER = "drop_after"
    """Do the work, then cut the connection without an answer."""
    CUT_STREAM = "cut_stream"
    """Send half of the answer, then cut the connection."""
    FAIL_STREAM = "fail_stream"
    """Send a query's answer up to its end, then VAST's mark of an internal error."""
    SHUFFLE = "shuffle"
    """Send the rows of each page of a query in random order."""


@dataclass
class Fault:
    """Applies to the next `times` matching requests; with `times` None, to all."""

    action: FaultAction
    kind: str | None = None
    """An operation's name, such as `commit` or `query_rows`; None is any."""
    path_contains: str = ""
    times: int | None = 1
    skip: int = 0
    """The number of matching requests to skip first."""
    seconds: float = 0.0
    status: int = 500
    code: str = "InternalError"

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Raises BadRequestError."""
        try:
            return cls(**{**values, "action": FaultAction(str(values.get("action")))})
        except (TypeError, ValueError) as error:
            raise BadRequestError(f"not a fault: {error}") from error


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def as_json(self) -> list[dict[str, Any]]:
        return [vars(fault).copy() for fault in self._faults]

    def take(self, kind: str, path: str) -> dict[FaultAction, Fault]:
        """The faults for this request, which uses up one of each fault's `times`."""
        met: dict[FaultAction, Fault] = {}
        for fault in self._faults:
            if fault.kind not in (None, kind) or fault.path_contains not in path:
                continue
            if fault.skip > 0:
                fault.skip -= 1
            elif fault.action not in met and (fault.times is None or fault.times > 0):
                met[fault.action] = fault
                fault.times = None if fault.times is None else fault.times - 1
        self._faults = [fault for fault in self._faults if fault.times != 0]
        return met
