"""Batches (an extension): many requests of one kind, in one transaction or each in its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from tams.errors import BackendUnavailableError, InvalidRequestError, RequestFailedError
from tams.models.caller import Caller
from tams.ports import Platform

BATCH_MAX = 100

Outcome = RequestFailedError | None
"""Why an item failed; None if it did not."""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """`work` does it with services of the platform it is given, as a request for this item alone would.

    `id` is None if the item names none. `contended` is as for `Store.write`. A `fault` is known beforehand.
    """

    id: str | None
    work: Callable[[Platform, Caller], object]
    contended: tuple[str, ...] = ()
    fault: InvalidRequestError | None = None


@dataclass(frozen=True, slots=True)
class BatchService:
    """The same services do the work as for single requests, so the same rules and events apply."""

    platform: Platform
    caller: Caller

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform, caller)

    def do_all(self, items: Sequence[BatchItem]) -> None:
        """Do all items or, if one fails, none. Raises the error of the first that fails, with its index."""
        for index, item in enumerate(items):
            if item.fault is not None:
                item.fault.add_place(f"items[{index}]")
                raise item.fault

        def work(platform: Platform) -> None:
            for index, item in enumerate(items):
                try:
                    item.work(platform, self.caller)
                except BackendUnavailableError:
                    raise  # which is no fault of the item
                except RequestFailedError as error:
                    error.add_place(f"items[{index}]")
                    raise

        names = {name for item in items for name in item.contended}
        self.platform.together(self.caller, work, *sorted(names))

    def do_each(self, items: Sequence[BatchItem]) -> list[Outcome]:
        """Do each item in a transaction of its own, in order, whatever becomes of the others.

        After VAST has failed to answer, the rest is not tried. Raises BackendUnavailableError when that is so
        from the start.
        """
        outcomes: list[Outcome] = []
        for item in items:
            outcome = self._do(item)
            if isinstance(outcome, BackendUnavailableError):
                if not outcomes:
                    raise outcome
                return outcomes + [outcome] * (len(items) - len(outcomes))
            outcomes.append(outcome)
        return outcomes

    def _do(self, item: BatchItem) -> Outcome:
        if item.fault is not None:
            return item.fault
        try:
            item.work(self.platform, self.caller)
        except RequestFailedError as error:
            return error
        return None
