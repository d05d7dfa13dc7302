"""Checks whether the service's dependencies answer and take writes, and background work runs."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn, Self

from tams.deadline import within
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
    """VAST accepted a row."""


@dataclass(frozen=True, slots=True)
class HealthService:
    store: Store
    object_stores: ObjectStores
    queues: tuple[Checked, ...]
    clock: Clock
    timeout_seconds: float = 2.5

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
                queues.renders,
            ),
            platform.clock,
            platform.settings.service.health_timeout_seconds,
        )

    def check(self) -> Health:
        """Asks all at once, so that one that is down hides no other, and the answer comes in time."""
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - the sweeper needs none

        with ThreadPoolExecutor(3) as threads:
            storage = threads.submit(copy_context().run, self._vast_and_schedules)
            s3 = threads.submit(copy_context().run, self._state, self.object_stores.check)
            queues = threads.submit(copy_context().run, self._state, self._check_queues)
        vast, schedules = storage.result()
        return Health(
            serving={"vast": vast, "s3": s3.result()},
            background={"queues": queues.result(), "schedules": schedules},
        )

    def _vast_and_schedules(self) -> tuple[str, str]:
        with within(self.timeout_seconds):
            try:
                swept_us = self.store.read(lambda repositories: repositories.health.swept_us())
            except BackendUnavailableError as error:
                return str(error), "unknown while VAST does not answer"
            return self._state(self._check_writing), self._schedules(swept_us)

    def _state(self, check: Callable[[], None]) -> str:
        try:
            with within(self.timeout_seconds):
                check()
        except BackendUnavailableError as error:
            return str(error)
        return OK

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
