"""`python -m local.poller_process`: queues, schedules and S3's events, for the real handlers."""

import json
import logging
import os
import signal
import sys
import threading
import time
from typing import Any

from local import host_config, s3_events, schedules
from local.application import Application, Schedule
from local.faults import LocalStackError
from local.function_host import FunctionHost, HandlerError
from local.host_config import HostConfig
from local.journal import Journal
from local.poller import QueuePoller
from local.queues import sqs_client


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    config = host_config.receive_config()
    try:
        application = config.application()
        host = FunctionHost(application.functions, config.template.parent)
    except LocalStackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    workers = {source.function for source in application.queue_sources}
    workers |= {schedule.function for schedule in application.schedules}
    broken = host.load_all(workers)
    host_config.wait_for_go()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threads = _threads(config, application, host, stopped)
    for thread in threads:
        thread.start()
    host_config.say_ready(json.dumps(broken))
    parent = os.getppid()
    while not stopped.wait(1.0):
        if os.getppid() != parent:
            break
    deadline = time.monotonic() + 3
    stopped.set()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    sys.stderr.flush()
    os._exit(0)  # a handler that is still at work is met again: its messages are not deleted


def _threads(
    config: HostConfig, application: Application, host: FunctionHost, stopped: threading.Event
) -> list[threading.Thread]:
    client = sqs_client(config.values.sqs_url, config.credentials.aws)
    journal = Journal(config.terminal)

    def daemon(target: Any, *arguments: Any) -> threading.Thread:
        return threading.Thread(target=target, args=arguments, daemon=True)

    def queue_url(arn: str) -> str:
        return config.values.queue_url(arn.rpartition(":")[2])

    threads = [
        daemon(
            QueuePoller(
                source, queue_url(source.queue_arn), client, host.invoke, journal.line, stopped
            ).run
        )
        for source in application.queue_sources
    ]
    for schedule in application.schedules:
        timer = _Timer(schedule, host, journal)
        every = config.schedule_seconds or schedule.every_seconds
        threads.append(daemon(schedules.fire_until, stopped, schedule, every, timer.fire))
    urls = [queue_url(arn) for arn in application.upload_queue_arns]
    if urls:
        watcher = s3_events.UploadWatcher(config.media_dir, client, urls)
        threads.append(daemon(watcher.run, stopped))
    return threads


class _Timer:
    def __init__(self, schedule: Schedule, host: FunctionHost, journal: Journal) -> None:
        self._function = schedule.function
        self._host = host
        self._journal = journal

    def fire(self, event: Any) -> None:
        """One firing. A failure is a line in the log; the next one comes anyway."""
        started = time.perf_counter()
        try:
            outcome = json.dumps(self._host.invoke(self._function, event), default=str)
        except HandlerError as error:
            outcome = str(error)
        ms = (time.perf_counter() - started) * 1000
        self._journal.line(f"TIMER  {outcome[:300]} {ms:.0f} ms {self._function}")


if __name__ == "__main__":
    sys.exit(main())
