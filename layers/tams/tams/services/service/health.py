"""Checks whether the service's dependencies answer and take writes, and background work runs."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn, Self

from tams.errors import BackendUnavailableError
from tams.models.caller import Caller
from tams.models.common import whole_seconds
from tams.ports import Checked, Clock, ObjectStores, Platform, Repositories, Store
from tams.timing.microseconds import from_us, to_us

OK = "ok"
LATE_AFTER = timedelta(minutes=5)
"""The sweeper runs every minute, and may miss a few runs."""


@dataclass(frozen=True, slots=True)
class Health:
    """`ok`, or the fault, by name."""

    serving: Mapping[str, str]
    """What requests need."""
    background: Mapping[str, str]
    """What background work needs. Without it that work waits, but requests are still answered."""

    @property
    def states(self) -> dict[str, str]:
        return {**self.serving, **self.background}

    @property
    def is_ready(self) -> bool:
        return all(state == OK for state in self.serving.values())

    @property
    def is_well(self) -> bool:
        return all(state == OK for state in self.states.values())


class _Written(Exception):  # noqa: N818 - good news
    """VAST took a row."""


@dataclass(frozen=True, slots=True)
class HealthService:
    store: Store
    object_stores: ObjectStores
    queues: tuple[Checked, ...]
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> Self:
        queues = platform.queues
        return cls(
            platform.store(Caller.background("health")),
            platform.object_stores,
            (
                queues.events,
                queues.object_cleanup,
                queues.deletions,
                queues.deliveries,
                queues.copies,
            ),
            platform.clock,
        )

    def check(self) -> Health:
        try:
            swept_us = self.store.read(lambda repositories: repositories.health.swept_us())
        except BackendUnavailableError as error:
            vast, schedules = str(error), "unknown while VAST does not answer"
        else:
            vast, schedules = _state(self._check_writing), self._schedules(swept_us)
        return Health(
            serving={"vast": vast, "s3": _state(self.object_stores.check)},
            background={"queues": _state(self._check_queues), "schedules": schedules},
        )

    def note_sweep(self) -> None:
        """Record that the sweeper is alive."""
        now_us = to_us(self.clock())
        self.store.write(lambda repositories: repositories.health.save_swept_us(now_us))

    def _check_writing(self) -> None:
        """Writes in a transaction that is rolled back."""

        def work(repositories: Repositories) -> NoReturn:
            repositories.health.try_to_write()
            raise _Written

        with suppress(_Written):
            self.store.write(work)

    def _check_queues(self) -> None:
        for queue in self.queues:
            queue.check()

    def _schedules(self, swept_us: int | None) -> str:
        if swept_us is None:
            return "the sweeper has not run yet"
        swept = from_us(swept_us)
        if self.clock() - swept > LATE_AFTER:
            return f"the sweeper has not run since {whole_seconds(swept)}"
        return OK


def _state(check: Callable[[], None]) -> str:
    try:
        check()
    except BackendUnavailableError as error:
        return str(error)
    return OK
