"""Threads that take hints from queues in memory to the functions that they trigger."""

import os
import threading
from collections.abc import Iterator
from functools import partial

from aws_lambda_powertools import Logger

from local.application import Application, QueueSource
from local.kept_threads import kept
from local.poller import sqs_event
from serve.draining import Draining
from serve.functions import Functions
from serve.memory_queues import MemoryQueue

RENDERS = "renders"
_RENDERING_MAX = 2
"""Renders of one API process at the same time. Each is a process of its own, beside those that answer."""

logger = Logger()


def take(
    functions: Functions, source: QueueSource, queue: MemoryQueue, stopped: threading.Event
) -> None:
    """Work of one thread, until `stopped`. A failure is found again by whoever looks for work."""
    while not stopped.is_set():
        if (body := queue.take(wait_seconds=1.0)) is None:
            continue
        message = {"MessageId": "0", "ReceiptHandle": "0", "Body": body, "MD5OfBody": ""}
        functions.invoke(source.function, sqs_event([message], source.queue_arn))


def renderers(
    application: Application, functions: Functions, queue: MemoryQueue, draining: Draining
) -> Iterator[threading.Thread]:
    """Threads, not yet started, of an API process without queues: it renders what its requests ask for.

    No row in VAST says which parts of Objects are wanted, so no worker could find them.
    """
    for source in application.queue_sources:
        if queue_name(source) == RENDERS:
            work = partial(take, functions, source, queue, draining.began)
            for number in range(_RENDERING_MAX):
                yield kept(f"{source.function} {number}", work, report, draining.began)


def queue_name(source: QueueSource) -> str:
    """The name in the settings of the queue that triggers a function: DeletionsQueue is `deletions`."""
    camel = source.queue_arn.rpartition(":")[2].removesuffix("Queue")
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in camel).lstrip("_")


def report(line: str) -> None:
    logger.info(line, extra={"worker_pid": os.getpid()})
