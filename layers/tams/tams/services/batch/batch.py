"""Batches (an extension): many requests of one kind, in one transaction or each in its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from tams.errors import BackendUnavailableError, InvalidRequestError, RequestFailedError
from tams.models.batch import Outcome
from tams.models.caller import Caller
from tams.models.error import Error
from tams.ports import Platform
from tams.services.batch.record import BatchKey, BatchRecord

BATCH_MAX = 100
_SUMMARY_MAX = 280
"""Characters, of up to four bytes each: so that the errors of a whole batch fit into one cell on VAST."""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """`work` does it with services of the platform it is given, as a request for this item alone would.

    `id` is None if the item names none. `contended` is as for `Store.write`. A `fault` is known beforehand.
    """

    id: str | None
    work: Callable[[Platform, Caller], object]
    contended: tuple[str, ...] = ()
    fault: InvalidRequestError | None = None


class _ItemFailedError(Exception):
    """Ends the transaction of an item, which failed for the reason that it names."""

    def __init__(self, reason: RequestFailedError) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BatchService:
    """The same services do the work as for single requests, so the same rules and events apply.

    A batch with a key may be repeated: its outcomes are recorded in the transactions of its items. Whoever
    repeats it after a failure, or at the same time, does only what is left to do.
    """

    platform: Platform
    caller: Caller

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform, caller)

    def do_all(self, items: Sequence[BatchItem], key: BatchKey | None = None) -> None:
        """Do all items or, if one fails, none. Raises the error of the first that fails, with its index.

        A failure is not recorded, because nothing was done. Raises ConflictError if the key stands for
        another request.
        """
        for index, item in enumerate(items):
            if item.fault is not None:
                item.fault.add_place(f"items[{index}]")
                raise item.fault

        def work(platform: Platform) -> None:
            if key and BatchRecord.of(platform, self.caller, key).outcomes():
                return
            for index, item in enumerate(items):
                try:
                    item.work(platform, self.caller)
                except BackendUnavailableError:
                    raise  # which is no fault of the item
                except RequestFailedError as error:
                    error.add_place(f"items[{index}]")
                    raise
            if key:
                BatchRecord.of(platform, self.caller, key).save([None] * len(items))

        names = {name for item in items for name in item.contended} | ({key.id} if key else set())
        self.platform.together(self.caller, work, *sorted(names))

    def do_each(self, items: Sequence[BatchItem], key: BatchKey | None = None) -> list[Outcome]:
        """Do each item in a transaction of its own, in order, whatever becomes of the others.

        After VAST has failed to answer, the rest is not tried, and not recorded. Raises
        BackendUnavailableError when that is so from the start, and ConflictError as `do_all`.
        """
        outcomes = self._recorded(key)
        try:
            while len(outcomes) < len(items):
                outcomes = self._do(items[len(outcomes)], outcomes, key)
            return self._record(outcomes, key)
        except BackendUnavailableError as error:
            if not outcomes:
                raise
            left = [self._failure(error)] * (len(items) - len(outcomes))
            return [*outcomes, *left]

    def _do(self, item: BatchItem, before: list[Outcome], key: BatchKey | None) -> list[Outcome]:
        """The outcomes with this item's, and perhaps with more that another request has recorded."""
        if item.fault is not None:
            return [*before, self._failure(item.fault)]

        def work(platform: Platform) -> list[Outcome]:
            record = BatchRecord.of(platform, self.caller, key) if key else None
            outcomes = _merged(record.outcomes() if record else (), before)
            if len(outcomes) > len(before):
                return outcomes
            try:
                item.work(platform, self.caller)
            except BackendUnavailableError:
                raise
            except RequestFailedError as error:
                raise _ItemFailedError(error) from error
            outcomes = [*outcomes, None]
            if record:
                record.save(outcomes)
            return outcomes

        names = (*item.contended, key.id) if key else item.contended
        try:
            return self.platform.together(self.caller, work, *names)
        except _ItemFailedError as failed:
            return [*before, self._failure(failed.reason)]

    def _recorded(self, key: BatchKey | None) -> list[Outcome]:
        return list(BatchRecord.of(self.platform, self.caller, key).outcomes()) if key else []

    def _record(self, outcomes: list[Outcome], key: BatchKey | None) -> list[Outcome]:
        """Record failures too, once all is done. Returns the outcomes that count."""
        if key is None:
            return outcomes

        def work(platform: Platform) -> list[Outcome]:
            record = BatchRecord.of(platform, self.caller, key)
            recorded = record.outcomes()
            merged = _merged(recorded, outcomes)
            if len(recorded) < len(merged):
                record.save(merged)
            return merged

        return self.platform.together(self.caller, work, key.id)

    def _failure(self, error: RequestFailedError) -> Error:
        kind, summary = type(error).__name__.removesuffix("Error"), str(error)
        if len(summary) > _SUMMARY_MAX:
            summary = f"{summary[: _SUMMARY_MAX - 1]}…"
        return Error(type=kind, summary=summary, time=self.platform.clock())


def _merged(recorded: Sequence[Outcome], ours: Sequence[Outcome]) -> list[Outcome]:
    """What is recorded counts: another request with the same key may have done what then failed for us."""
    return [*recorded, *ours[len(recorded) :]]
