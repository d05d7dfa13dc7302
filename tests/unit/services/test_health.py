"""What /health and /health/ready conclude from what they find."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tams.errors import BackendUnavailableError
from tams.services.service.health import LATE_AFTER, HealthService
from tams.timing.microseconds import to_us

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass
class Part:
    """Answers its check, unless something is wrong with it."""

    wrong: str = ""

    def check(self) -> None:
        if self.wrong:
            raise BackendUnavailableError(self.wrong)


@dataclass
class Vast:
    """Stands for both the store and its repositories."""

    swept: datetime | None = NOW
    silent: str = ""
    full: str = ""

    @property
    def health(self) -> "Vast":
        return self

    def read(self, work: Callable[[Any], Any]) -> Any:
        Part(self.silent).check()
        return work(self)

    def write(self, work: Callable[[Any], Any]) -> Any:
        return work(self)

    def swept_us(self) -> int | None:
        return None if self.swept is None else to_us(self.swept)

    def try_to_write(self) -> None:
        Part(self.full).check()


def health(vast: Vast, s3: Part | None = None, *queues: Part) -> HealthService:
    store: Any = vast
    stores: Any = s3 or Part()
    return HealthService(store, stores, queues, lambda: NOW)


def test_all_is_well_when_everything_answers_and_the_sweeper_ran() -> None:
    found = health(Vast(swept=NOW - LATE_AFTER), Part(), Part()).check()

    assert found.is_well
    assert found.is_ready
    assert found.states == {"vast": "ok", "s3": "ok", "queues": "ok", "schedules": "ok"}


@pytest.mark.parametrize(
    ("service", "name", "said"),
    [
        (health(Vast(silent="no answer")), "vast", "no answer"),
        (health(Vast(full="VAST is full")), "vast", "VAST is full"),
        (health(Vast(), Part("S3 is away")), "s3", "S3 is away"),
    ],
)
def test_without_storage_that_takes_writes_it_is_not_ready(
    service: HealthService, name: str, said: str
) -> None:
    found = service.check()

    assert not found.is_ready
    assert not found.is_well
    assert found.states[name] == said


@pytest.mark.parametrize(
    ("service", "name", "said"),
    [
        (health(Vast(), Part(), Part(), Part("the queue B does not exist")), "queues", "queue B"),
        (health(Vast(swept=None)), "schedules", "has not run yet"),
        (
            health(Vast(swept=NOW - LATE_AFTER - timedelta(seconds=1))),
            "schedules",
            "has not run since 2029-12-31T23:54:59Z",
        ),
    ],
)
def test_without_work_in_the_background_it_is_ready_but_not_well(
    service: HealthService, name: str, said: str
) -> None:
    found = service.check()

    assert found.is_ready
    assert not found.is_well
    assert said in found.states[name]


def test_a_sweep_by_a_clock_that_is_ahead_is_not_late() -> None:
    assert health(Vast(swept=NOW + timedelta(hours=1))).check().is_well
