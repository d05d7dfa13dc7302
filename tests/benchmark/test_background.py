"""Does background work keep up, whatever has piled up? Events for webhooks, and events that expire.

A benchmark, not a test of time: what it asserts is that nothing is lost.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from tams.models.event import EventType
from tams.models.stored import StoredEvent
from tams.models.webhook import WebhookPost
from tams.ports import Repositories
from tams.repositories.backlog import read_backlog
from tams.repositories.database import Database
from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tams.timing import TimeRange
from tams.timing.microseconds import to_us
from tests.benchmark.form import LONG, sized
from tests.benchmark.processes import cpu_ms
from tests.benchmark.record import Record
from tests.integration.local_vast import a_local_vast, settings_for
from tests.services import Services, services_of
from vastlocal.control import Control

BACKLOGS = (1_000, 10_000, 200_000) if LONG else (sized(test=200, quick=1_000, long=0),)
EXPIRED = (20_000, 200_000) if LONG else (sized(test=200, quick=2_000, long=0),)
FLOWS = 100
_AT_ONCE = 5_000
RELAYING = "Events to their webhooks' queues"
EXPIRING = "Events that expire"

pytestmark = pytest.mark.timeout(3_600)


class Hints:
    """A queue that nobody reads."""

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None: ...


@dataclass
class Ground:
    """A VAST of its own, with events of FLOWS Flows."""

    services: Services
    vast: Control
    database: Database
    flow_ids: Sequence[str]

    @property
    def waiting(self) -> int:
        return self.database.read(read_backlog).waiting["events_to_relay"]

    def subscribe(self, filtered: int, everything: int) -> None:
        """So many webhooks for a tenth of the Flows each, and for all events."""
        share = FLOWS // 10
        for number in range(filtered):
            ids = self.flow_ids[number * share :][:share]
            self._webhook({"flow_ids": list(ids)})
        for _ in range(everything):
            self._webhook({})

    def _webhook(self, filters: dict[str, list[str]]) -> None:
        body = {"url": "https://receiver.example/", "events": [EventType.SEGMENTS_ADDED]}
        self.services.webhooks.create(WebhookPost.from_body({**body, **filters}))

    def events(self, count: int, moment: datetime) -> None:
        for start in range(0, count, _AT_ONCE):
            some = [
                StoredEvent(
                    id=str(uuid4()),
                    event_type=EventType.SEGMENTS_ADDED,
                    created_us=to_us(moment) + start,
                    flow_id=self.flow_ids[number % FLOWS],
                    source_id=self.flow_ids[number % FLOWS],
                    timerange=TimeRange.between(number * 10**9, (number + 1) * 10**9),
                )
                for number in range(start, min(start + _AT_ONCE, count))
            ]
            self.services.store.write(partial(_add, some))


def _add(events: list[StoredEvent], repositories: Repositories) -> None:
    repositories.events.add(events)


def vast_cpu_seconds() -> float:
    """Of the local VAST, which is a child of this process."""
    return sum(cpu_ms(child.pid) for child in psutil.Process().children()) / 1000


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with a_local_vast(tmp_path) as url:
        settings = settings_for(url)
        connection = vast_connection(settings)
        provision(connection)
        services = services_of(settings)
        flow_ids = [str(uuid4()) for _ in range(FLOWS)]
        yield Ground(services, Control(url, "K", "S"), Database(connection), flow_ids)


@pytest.mark.parametrize("backlog", BACKLOGS)
@pytest.mark.parametrize(
    ("name", "filtered", "everything"),
    [("none", 0, 0), ("one for all", 0, 1), ("ten for a tenth each", 10, 0)],
)
def test_the_relay_catches_up(
    ground: Ground, record: Record, backlog: int, name: str, filtered: int, everything: int
) -> None:
    ground.subscribe(filtered, everything)
    ground.events(backlog, datetime.now(UTC))
    relay = replace(ground.services.event_relay, deliveries=Hints(), events=Hints())
    ground.vast.reset()

    started, cpu, vast_cpu = time.monotonic(), time.process_time(), vast_cpu_seconds()
    relayed = relay.relay()
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    vast_cpu = vast_cpu_seconds() - vast_cpu
    counted = ground.vast.counters()

    assert relayed == backlog
    assert ground.waiting == 0
    deliveries = ground.database.read(read_backlog).waiting["deliveries"]
    assert deliveries == backlog * max(everything, filtered // 10)
    record.line(
        RELAYING,
        {
            "events waiting": f"{backlog:,}",
            "webhooks": name,
            "seconds": f"{seconds:.2f}",
            "events a second": f"{backlog / seconds:,.0f}",
            "CPU of the relay": f"{cpu:.2f} s",
            "and of VAST": f"{vast_cpu:.2f} s",
            "VAST round trips": f"{counted.total_requests:,}",
        },
    )


@pytest.mark.parametrize("count", EXPIRED)
def test_old_events_expire(ground: Ground, record: Record, count: int) -> None:
    """Beside as many that stay."""
    now = datetime.now(UTC)
    relay = replace(ground.services.event_relay, deliveries=Hints())
    ground.events(count, now - timedelta(days=8))
    ground.events(count, now)
    relay.relay()
    log = replace(ground.services.event_log, clock=lambda: now)
    ground.vast.reset()

    started, cpu = time.monotonic(), time.process_time()
    expired = log.expire()
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    counted = ground.vast.counters()

    record.line(
        EXPIRING,
        {
            "expired": f"{expired:,}",
            "of events": f"{2 * count:,}",
            "seconds": f"{seconds:.2f}",
            "events a second": f"{expired / seconds:,.0f}",
            "CPU of the sweeper": f"{cpu:.2f} s",
            "time in VAST": f"{sum(counted.seconds.values()):.2f} s",
            "VAST round trips": f"{counted.total_requests:,}",
        },
    )
