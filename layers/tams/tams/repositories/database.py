"""Transactions on VAST: snapshot reads, writes retried as a whole, commit outcomes never guessed.

Round trips: begin and commit take one each, and so does every select, insert, update and delete (an insert of
more than 4.5 MiB takes several).
"""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from tams.deadline import patience, within
from tams.errors import BackendUnavailableError, RequestFailedError
from tams.repositories.errors import translated
from tams.repositories.gathered import Gathered, Waiting
from tams.repositories.session import VastConnection, VastSession
from tams.repositories.transaction import VastTransaction
from tams.repositories.turns import Turns
from tams.vast.errors import (
    VastConflictError,
    VastConnectionError,
    VastMissingError,
    VastRequestError,
    VastSilentError,
)

T = TypeVar("T")

CONTENDED = "too many concurrent writes to the same resource; try again"

_random = random.SystemRandom()
"""Functions that start from one snapshot (SnapStart) would share the module's generator and its pauses."""
_ENDED = (VastConflictError, VastMissingError, VastRequestError)
"""What VAST answers to the end of a transaction that has ended before."""
_PAUSE_FIRST = 0.01
_PAUSE_LONGEST = 0.8
"""Seconds: about ten times as long as a write takes, to allow for that many colliding writers."""


class Database:
    """Runs work in transactions: `read` runs it once, `write` until it commits or must give up."""

    settling_seconds = 1.5
    """For the outcome of a commit, when VAST has been silent for as long as a request may take."""

    def __init__(self, connection: VastConnection, *, patience_seconds: float = 26.0) -> None:
        self.session = VastSession(connection)
        self._patience_seconds = patience_seconds
        self._turns = Turns()
        self._gathered = Gathered()

    def read(self, work: Callable[[VastTransaction], T]) -> T:
        """Run `work` on one snapshot. Raises BackendUnavailableError."""
        try:
            transaction, result = self._perform(work)
        except (VastConnectionError, VastConflictError) as error:
            raise BackendUnavailableError(f"VAST did not answer: {error}") from error
        transaction.api.end_read(transaction.txid)
        return result

    def write(self, work: Callable[[VastTransaction], T], *contended: str) -> T:
        """Run `work` in a transaction until it commits; a conflict restarts it from the beginning.

        So `work` must have no other effect. If it raises, nothing was stored. Writers of this process that
        share a name in `contended` take turns.
        Raises BackendUnavailableError after `patience_seconds`, shortly before the invocation must end, or
        when VAST does not answer.
        """
        patience_seconds = patience(self._patience_seconds)
        deadline = time.monotonic() + patience_seconds
        with self._turns.taken(contended, patience_seconds) as in_time:
            if not in_time:
                raise BackendUnavailableError(CONTENDED)
            return self._write(work, deadline)

    def write_each(
        self,
        work_on: Callable[[Sequence[Any]], Callable[[VastTransaction], Sequence[T]]],
        item: Any,
        contended: str,
        kind: object,
    ) -> T:
        """Like `write`, for many writers of one resource: one transaction does all that waits for the turn.

        `work_on(items)` is the work on items of the same `kind`, in order of arrival. It returns a result for
        each. If it refuses them, one of them may be the reason: each is then tried by itself.
        """
        patience_seconds = patience(self._patience_seconds)
        deadline = time.monotonic() + patience_seconds
        waiting = Waiting(item, kind)
        self._gathered.join(contended, waiting)
        try:
            with self._turns.taken((contended,), patience_seconds) as in_time:
                if not waiting.is_done:
                    if not in_time:
                        raise BackendUnavailableError(CONTENDED)
                    self._do_all(work_on, self._gathered.like(contended, waiting), deadline)
        finally:
            self._gathered.leave(contended, waiting)
        result: T = waiting.result
        return result

    def _do_all(
        self,
        work_on: Callable[[Sequence[Any]], Callable[[VastTransaction], Sequence[Any]]],
        group: Sequence[Waiting],
        deadline: float,
    ) -> None:
        try:
            results = self._write(work_on([each.item for each in group]), deadline)
        except BackendUnavailableError:
            raise
        except RequestFailedError:
            if len(group) == 1:
                raise
            self._do_all(work_on, group[:1], deadline)  # the others find that theirs is not done
            return
        for each, result in zip(group, results, strict=True):
            each.result = result

    def _write(self, work: Callable[[VastTransaction], T], deadline: float) -> T:
        begun = time.monotonic()
        attempt = 0
        while True:
            try:
                transaction, result = self._perform(work)
                self._commit(transaction, deadline)
            except VastConflictError as error:
                attempt += 1
                now = time.monotonic()
                pause = pause_seconds(attempt, (deadline - now) / max(deadline - begun, 1e-9))
                if now + pause > deadline:
                    raise BackendUnavailableError(CONTENDED) from error
                time.sleep(pause)
            except VastConnectionError as error:
                raise BackendUnavailableError(f"VAST did not answer: {error}") from error
            else:
                return result

    def _perform(self, work: Callable[[VastTransaction], T]) -> tuple[VastTransaction, T]:
        """Nothing is stored yet, so if an address goes away, the work is done again at another."""
        try:
            return self._perform_once(work)
        except VastSilentError:
            raise
        except VastConnectionError:
            if not self.session.has_other_addresses:
                raise
        return self._perform_once(work)

    def _perform_once(self, work: Callable[[VastTransaction], T]) -> tuple[VastTransaction, T]:
        transaction = self._begin()
        try:
            return transaction, work(transaction)
        except VastSilentError:
            transaction.api.abandon(transaction.txid)
            raise
        except BaseException:
            self._roll_back(transaction)
            raise

    def _begin(self) -> VastTransaction:
        with translated():
            return VastTransaction(self.session, *self.session.begin())

    def _roll_back(self, transaction: VastTransaction) -> None:
        # A transaction we cannot roll back expires by itself; the first failure is the one to report.
        try:
            with translated():
                transaction.api.roll_back(transaction.txid)
        except (VastConnectionError, VastConflictError, BackendUnavailableError):
            return

    def _commit(self, transaction: VastTransaction, deadline: float) -> None:
        try:
            with translated():
                transaction.api.commit(transaction.txid)
        except VastSilentError:
            # The request has waited long, so it is better to say soon that the outcome is unknown.
            with within(self.settling_seconds):
                took_effect = self._took_effect(transaction, deadline)
        except VastConnectionError:
            took_effect = self._took_effect(transaction, deadline)
        else:
            return
        if not took_effect:
            raise VastConflictError from None

    def _took_effect(self, transaction: VastTransaction, deadline: float) -> bool:
        """Whether a commit without an answer is durable, judged by its witness.

        Raises VastConnectionError when VAST stays silent or the transaction left no witness.
        """
        if transaction.witness is None:
            raise VastConnectionError("no answer to a commit")
        witness = transaction.witness
        until = time.monotonic() + patience(deadline - time.monotonic())
        while True:
            try:
                self._end_for_certain(transaction)
                found = self.read(lambda again: again.count(witness.table, witness.predicate))
            except (BackendUnavailableError, VastConnectionError) as error:
                if time.monotonic() + 0.5 > until:
                    raise VastConnectionError("no answer to a commit") from error
                time.sleep(0.2)
            else:
                return (found > 0) is witness.there

    def _end_for_certain(self, transaction: VastTransaction) -> None:
        """Rolls back, so that a commit still under way cannot land after the check.

        It goes to wherever VAST answers now: a transaction is known at all addresses of the cluster.
        Raises VastConnectionError or BackendUnavailableError when VAST does not say what became of it.
        """
        answering = self._begin()
        with translated(), suppress(*_ENDED):
            answering.api.roll_back(transaction.txid)
        answering.api.end_read(answering.txid)


def pause_seconds(attempt: int, time_left: float) -> float:
    """The pause before the next attempt; `time_left` is the part of the patience left, 0 to 1.

    Pauses double, so that many writers spread out. They shrink again as patience runs out, so that a writer
    that has waited long goes before newcomers.
    """
    longest = min(_PAUSE_LONGEST, _PAUSE_FIRST * 2 ** min(attempt, 30)) * max(time_left, 0.05)
    return _random.uniform(longest / 4, longest)
