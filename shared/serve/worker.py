"""A worker process: takes messages to the functions, and runs schedules."""

import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from local.application import Application, QueueSource, Schedule
from local.kept_threads import kept
from local.poller import QueuePoller
from local.schedules import scheduled_event
from serve.draining import Draining
from serve.environment import Places
from serve.functions import Functions
from serve.memory_queues import MemoryQueue, WorkerQueues
from serve.metrics import answer_at
from serve.settings import ServeSettings
from serve.taking import queue_name, report, take
from serve.without_queues import Look
from tams.runtime.deployment import deployment

_AGAIN_SECONDS = 5.0

logger = Logger()


@dataclass(frozen=True)
class Worker:
    application: Application
    functions: Functions
    places: Places
    settings: ServeSettings
    draining: Draining
    listener: socket.socket | None = None
    """Where it says that it lives, and what it measures."""

    def run(self) -> int:
        """Until SIGTERM; what has begun may end."""
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        if self.listener is not None:
            answer_at(self.listener)
        work = self._work()
        threads = [kept(name, each, report, self.draining.began) for name, each in work.items()]
        for thread in threads:
            thread.start()
        stop.wait()
        self.draining.begin(self.settings.drain_seconds)
        for thread in threads:
            thread.join(self.draining.seconds_left)
        late = sum(thread.is_alive() for thread in threads)
        if late:
            logger.warning(
                "work continues elsewhere: its message will be delivered again",
                extra={"count": late},
            )
        return 0

    def _work(self) -> Mapping[str, Callable[[], None]]:
        work: dict[str, Callable[[], None]] = {
            f"the schedule {each.name}": partial(self._fire_until_drained, each)
            for each in self.application.schedules
        }
        if self.places.queues:
            return work | self._pollers(self.places.queues)
        queues = WorkerQueues()
        deployment().queues = queues
        look = Look(deployment(), queues, self.settings.look_seconds, self.draining.began)
        work["the look for work"] = look.run
        for source in self.application.queue_sources:
            queue = getattr(queues, queue_name(source), None)
            if not isinstance(queue, MemoryQueue):
                continue  # the sweeper looks for uploads, and API processes render
            taking = partial(take, self.functions, source, queue, self.draining.began)
            for number in range(min(source.concurrency_max, self.settings.queue_concurrency)):
                work[f"{source.function} {number}"] = taking
        return work

    def _pollers(self, queues: Mapping[str, str]) -> dict[str, Callable[[], None]]:
        from local.queues import client_of  # noqa: PLC0415 - boto3, which a worker without queues spares

        settings = self.places.settings
        client = client_of(settings.sqs_endpoint_url, settings.aws_region)
        urls = {**queues, "uploads": self.settings.uploads_queue}
        pollers: dict[str, Callable[[], None]] = {}
        for source in self.application.queue_sources:
            if not (url := urls.get(queue_name(source))):
                continue
            bounded = replace(
                source,
                concurrency_max=min(source.concurrency_max, self.settings.queue_concurrency),
            )
            pollers[f"the queue {url}"] = QueuePoller(
                bounded, url, client, self.functions.invoke, report, self.draining.began
            ).run
        return pollers

    def _fire_until_drained(self, schedule: Schedule) -> None:
        """At once, and then every `sweep_seconds`; sooner after a failure."""
        while not self.draining.began.is_set():
            event = scheduled_event(schedule, datetime.now(UTC))
            seconds = self.settings.sweep_seconds
            if not self._fired(schedule.function, event):
                seconds = min(seconds, _AGAIN_SECONDS)
            self.draining.began.wait(seconds)

    def _fired(self, function: str, event: Any) -> bool:
        """Whether it succeeded. A failure is logged; the next firing comes anyway."""
        try:
            self.functions.invoke(function, event)
        except Exception:  # whatever it is, the next firing must come
            logger.exception("a schedule failed", extra={"function": function})
            return False
        return True


def functions_of(application: Application) -> set[str]:
    """Those that a worker runs."""
    sources: Sequence[QueueSource | Schedule] = (
        *application.queue_sources,
        *application.schedules,
    )
    return {each.function for each in sources}
