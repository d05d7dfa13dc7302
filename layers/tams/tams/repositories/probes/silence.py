"""How long a transaction lives without any request to VAST.

The transactions pause while the other probes run, and a thread checks each when it is due.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tams.errors import BackendUnavailableError
from tams.ports import Progress
from tams.repositories.probes.assumptions import Finding
from tams.repositories.probes.place import ROWS, Place, row_id_of
from tams.repositories.transaction import ROW_ID, VastTransaction
from tams.vast.errors import VastConflictError, VastConnectionError, VastMissingError
from tams.vast.where import col

_MOMENTS = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
_NEEDED_SECONDS = 5.0
_LATE = 1.2
"""A check later than this, as a fraction of the pause, proves nothing about the pause."""


class Silence:
    """What has become of transactions that pause, up to now."""

    def __init__(self, place: Place, longest_seconds: float) -> None:
        self._place = place
        self._longest = longest_seconds
        self._over = threading.Event()
        self._looks = threading.Thread(target=self._look, daemon=True)
        self._alive = 0.0
        self._expired: float | None = None
        self._failure: Exception | None = None
        self._begun = time.monotonic()

    def findings(self, progress: Progress) -> Iterator[Finding]:
        """Waits for the longest pause, or for the first that is too long. Raises what a look raised."""
        if not self._longest:
            for number in (11, 12, 13):
                yield Finding(number, "not measured: --idle-seconds is 0")
            return
        progress.begin(max(1, round(self._begun + self._longest - time.monotonic())))
        while self._looks.is_alive():
            self._looks.join(1.0)
            progress.advance(1)
        if self._failure is not None:
            raise self._failure
        yield self._pause()
        lives, seconds = _lives(self._kept), time.monotonic() - self._begun
        yield Finding(12, f"{'alive' if lives else 'expired'} after {seconds:.0f} s", lives)
        yield self._freed()

    @contextmanager
    def pausing(self) -> Iterator[None]:
        """The transactions live as long as the block."""
        moments = [each for each in _MOMENTS if each < self._longest]
        moments += [self._longest] if self._longest else []
        database = self._place.database
        self._row = self._place.new_row()
        with ExitStack() as stack:
            self._kept = stack.enter_context(database.snapshot())
            holder = stack.enter_context(database.opened())
            holder.update(ROWS, [{ROW_ID: row_id_of(holder, self._row), "a": 1}])
            self._idle = [(each, stack.enter_context(database.opened())) for each in moments]
            self._begun = time.monotonic()
            self._looks.start()
            try:
                yield
            finally:
                self._over.set()
                self._looks.join()

    def _look(self) -> None:
        try:
            for moment, transaction in self._idle:
                if self._over.wait(max(0.0, self._begun + moment - time.monotonic())):
                    return
                paused = time.monotonic() - self._begun
                if not _lives(transaction):
                    self._expired = paused
                    return
                self._alive = paused
        except (BackendUnavailableError, VastConnectionError) as error:
            self._failure = error

    def _pause(self) -> Finding:
        if self._alive >= _NEEDED_SECONDS:
            return Finding(11, f"alive after {self._alive:.0f} s", holds=True)
        if self._expired is None or self._expired > _NEEDED_SECONDS * _LATE:
            return Finding(11, f"alive after {self._alive:.0f} s, not looked at until 5 s")
        return Finding(11, f"expired within {self._expired:.0f} s", holds=False)

    def _freed(self) -> Finding:
        if self._expired is None:
            words = f"still there after {self._alive:.0f} s: --idle-seconds waits longer"
            return Finding(13, words)
        words = f"expires after {self._alive:.0f} to {self._expired:.0f} s"
        with self._place.database.opened() as other:
            try:
                other.update(ROWS, [{ROW_ID: row_id_of(other, self._row), "a": 2}])
            except VastConflictError:
                return Finding(13, f"{words}, and its rows stay held", holds=False)
        return Finding(13, words, holds=True)


def _lives(transaction: VastTransaction) -> bool:
    """Raises BackendUnavailableError for other failures."""
    try:
        transaction.count(ROWS, col["id"] == "nobody")
    except BackendUnavailableError as error:
        if isinstance(error.__cause__, VastMissingError):
            return False
        raise
    except VastConflictError:
        return False
    return True
