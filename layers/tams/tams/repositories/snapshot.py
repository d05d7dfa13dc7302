"""Transactions that an operator's program holds open. VAST ends one that sends no requests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tams.errors import BackendUnavailableError
from tams.repositories.database import Database
from tams.repositories.errors import translated
from tams.repositories.transaction import VastTransaction
from tams.vast.errors import VastConflictError, VastConnectionError

BEAT_SECONDS = 3.0
"""The local VAST ends a transaction after ten seconds of silence. A cluster does not say after how many."""


class SnapshotDatabase(Database):
    """A Database whose transactions can last as long as a block."""

    @contextmanager
    def opened(self) -> Iterator[VastTransaction]:
        """A transaction that is rolled back at the end of the block, if it has not ended by then."""
        transaction = self._begin()
        try:
            yield transaction
        finally:
            self._roll_back(transaction)

    @contextmanager
    def snapshot(self, beat_seconds: float = BEAT_SECONDS) -> Iterator[VastTransaction]:
        """A read transaction that sends a keep-alive every `beat_seconds`. Raises BackendUnavailableError."""
        try:
            with self.opened() as transaction, _kept_alive(transaction, beat_seconds):
                yield transaction
        except (VastConnectionError, VastConflictError) as error:
            raise BackendUnavailableError(f"VAST did not answer: {error}") from error


@contextmanager
def _kept_alive(transaction: VastTransaction, beat_seconds: float) -> Iterator[None]:
    over = threading.Event()
    beat = threading.Thread(target=_beat, args=(transaction, over, beat_seconds), daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()


def _beat(transaction: VastTransaction, over: threading.Event, beat_seconds: float) -> None:
    while not over.wait(beat_seconds):
        try:
            with translated():
                transaction.api.keep_alive(transaction.txid)
        except (VastConnectionError, VastConflictError, BackendUnavailableError):
            continue  # if the transaction is lost, its next read says so
