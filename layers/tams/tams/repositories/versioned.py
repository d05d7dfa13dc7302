"""A Database that requires its tables to have a schema version this release can use (ADR 17)."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tams.errors import BackendUnavailableError
from tams.repositories.database import Database
from tams.repositories.schema_version import fault_of, read_version
from tams.repositories.session import VastConnection
from tams.repositories.transaction import VastTransaction

T = TypeVar("T")
Work = Callable[[VastTransaction], T]

_log = logging.getLogger(__name__)

_PAUSE_FIRST = 0.5
_PAUSE_LONGEST = 5.0
"""Seconds between checks while the version is wrong, so that not every request asks VAST."""


class SchemaCheck:
    """Checks the version in the first transactions of a process, until it has been right once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._is_right = False
        self._fault = ""
        self._pause = 0.0
        self._look_again_at = 0.0

    def before(self, work: Work[T]) -> Work[T]:
        """`work`, preceded by a version check if that is still to be done.

        The check is one more select in the same transaction, so `work` uses the tables that were checked.
        Raises BackendUnavailableError while the version is wrong, here or inside the transaction.
        """
        if self._is_right:
            return work
        if self._clock() < self._look_again_at:
            raise BackendUnavailableError(self._fault)

        def checked(transaction: VastTransaction) -> T:
            self._look(transaction)
            return work(transaction)

        return checked

    def _look(self, transaction: VastTransaction) -> None:
        fault = fault_of(read_version(transaction))
        if fault is None:
            self._is_right, self._look_again_at = True, 0.0
            return
        self._pause = min(max(2 * self._pause, _PAUSE_FIRST), _PAUSE_LONGEST)
        self._fault, self._look_again_at = fault, self._clock() + self._pause
        _log.error("the database is not used: %s", fault)
        raise BackendUnavailableError(fault)


class VersionedDatabase(Database):
    """The Database that functions use. `provision` uses a plain one."""

    def __init__(
        self,
        connection: VastConnection,
        *,
        patience_seconds: float = 26.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(connection, patience_seconds=patience_seconds)
        self._check = SchemaCheck(clock)

    def read(self, work: Work[T]) -> T:
        return super().read(self._check.before(work))

    def write(self, work: Work[T], *contended: str) -> T:
        return super().write(self._check.before(work), *contended)

    def write_each(
        self,
        work_on: Callable[[Sequence[Any]], Work[Sequence[T]]],
        item: Any,
        contended: str,
        kind: object,
    ) -> T:
        return super().write_each(
            lambda items: self._check.before(work_on(items)), item, contended, kind
        )
