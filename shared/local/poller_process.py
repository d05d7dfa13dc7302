"""`python -m local.poller_process`: queues, schedules and S3's events, for the real handlers."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from local import host_config, s3_events, schedules
from local.application import Application, Schedule
from local.environment import SEAWEEDFS
from local.function_host import FunctionHost, HandlerError
from local.host_config import HostConfig
from local.hosting import begin
from local.journal import Journal
from local.kept_threads import kept
from local.poller import QueuePoller
from local.queues import create_queues, sqs_client
from local.seaweed_events import UploadListener

_FIRST_FIRING_SECONDS = 10.0
"""A schedule whose first run takes longer does not delay the stack's start."""


def main() -> int:
    config, application, host = begin()
    workers = {source.function for source in application.queue_sources}
    workers |= {schedule.function for schedule in application.schedules}
    broken = host.load_all(workers)
    host_config.wait_for_go()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    journal = Journal(config.terminal)
    timers = [
        _Timer(schedule, config.schedule_seconds or schedule.every_seconds, host, journal)
        for schedule in application.schedules
    ]
    threads = _threads(config, application, host, timers, journal, stopped)
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + _FIRST_FIRING_SECONDS
    for timer in timers:
        timer.fired.wait(max(0.0, deadline - time.monotonic()))
    host_config.say_ready(json.dumps(broken))
    stopped.wait()
    deadline = time.monotonic() + 3
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    sys.stderr.flush()
    os._exit(0)  # a handler still at work runs again later: its messages are not deleted


def _threads(
    config: HostConfig,
    application: Application,
    host: FunctionHost,
    timers: Sequence["_Timer"],
    journal: Journal,
    stopped: threading.Event,
) -> list[threading.Thread]:
    client = sqs_client(config.values.sqs_url, config.credentials.aws)

    def queue_url(arn: str) -> str:
        return config.values.queue_url(arn.rpartition(":")[2])

    work: dict[str, Callable[[], None]] = {}
    for source in application.queue_sources:
        url = queue_url(source.queue_arn)
        work[f"the queue {url}"] = QueuePoller(
            source,
            url,
            client,
            host.invoke,
            journal.line,
            stopped,
            partial(create_queues, client, application.queues),
        ).run
    for timer in timers:
        work[f"the schedule {timer.name}"] = partial(timer.run, stopped)
    if application.upload_queue_arns:
        urls = [queue_url(arn) for arn in application.upload_queue_arns]
        work["the watch for uploads"] = partial(_uploads(config, client, urls).run, stopped)
    return [kept(name, each, journal.line, stopped) for name, each in work.items()]


def _uploads(
    config: HostConfig, client: Any, queue_urls: Sequence[str]
) -> s3_events.UploadWatcher | UploadListener:
    if config.s3_server == SEAWEEDFS:
        token = config.credentials.aws.secret_key
        return UploadListener(config.s3_events_port, token, client, queue_urls)
    return s3_events.UploadWatcher(config.media_dir, client, queue_urls)


class _Timer:
    """A schedule and its function."""

    def __init__(
        self, schedule: Schedule, every_seconds: float, host: FunctionHost, journal: Journal
    ) -> None:
        self.fired = threading.Event()
        """Set once it has fired."""
        self._schedule = schedule
        self._every_seconds = every_seconds
        self._host = host
        self._journal = journal

    @property
    def name(self) -> str:
        return self._schedule.name

    def run(self, stopped: threading.Event) -> None:
        schedules.fire_until(stopped, self._schedule, self._every_seconds, self._fire)

    def _fire(self, event: Any) -> None:
        """One firing. A failure becomes a line in the log; the next firing comes anyway."""
        function = self._schedule.function
        started = time.perf_counter()
        try:
            outcome = json.dumps(self._host.invoke(function, event), default=str)
        except HandlerError as error:
            outcome = str(error)
        ms = (time.perf_counter() - started) * 1000
        self._journal.line(f"TIMER  {outcome[:300]} {ms:.0f} ms {function}")
        self.fired.set()


if __name__ == "__main__":
    sys.exit(main())
