"""Invokes functions for the messages of their queues, as Lambda's event source mapping does."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.application import QueueSource
from local.function_host import HandlerError
from local.intrinsics import REGION

_log = logging.getLogger(__name__)

Message = Mapping[str, Any]
Invoke = Callable[[str, Any], Any]
Report = Callable[[str], None]

_RECEIVE_MAX = 10
_WAIT_SECONDS = 1
"""The wait of a long poll; short, so that stopping is quick."""
_PAUSE_SECONDS = 1.0
_CONCURRENCY_MAX = 16
"""The most concurrent batches of one queue; Lambda starts with five."""


class InvalidReportError(Exception):
    """The function's result names no messages of its batch; Lambda then counts all of them as failed."""


@dataclass
class QueuePoller:
    """One queue and its function, until `stopped`."""

    source: QueueSource
    queue_url: str
    client: Any
    invoke: Invoke
    report: Report
    stopped: threading.Event
    make_queues: Callable[[], None] | None = None
    """Creates missing queues, where the queue server keeps them only in memory."""

    @property
    def _concurrency(self) -> int:
        fifo = self.source.queue_arn.endswith(".fifo")
        return 1 if fifo else min(self.source.concurrency_max, _CONCURRENCY_MAX)

    def run(self) -> None:
        """Polls. A queue that does not answer is polled again, and a missing one is created again."""
        free = threading.Semaphore(self._concurrency)
        with ThreadPoolExecutor(self._concurrency, self.source.function) as threads:
            while not self.stopped.is_set():
                free.acquire()
                if batch := self._next_batch():
                    threads.submit(self._process, batch).add_done_callback(lambda _: free.release())
                else:
                    free.release()

    def _next_batch(self) -> list[Message]:
        try:
            return self._receive_batch()
        except self.client.exceptions.QueueDoesNotExist:
            self._make_queues()
        except (BotoCoreError, ClientError) as error:
            _log.warning("%s cannot be polled: %s", self.queue_url, error)
            self.stopped.wait(_PAUSE_SECONDS)
        return []

    def _make_queues(self) -> None:
        if self.make_queues is None:
            _log.warning("%s does not exist", self.queue_url)
            self.stopped.wait(_PAUSE_SECONDS)
            return
        try:
            self.make_queues()
        except (BotoCoreError, ClientError) as error:
            _log.warning("missing queues cannot be recreated: %s", error)
            self.stopped.wait(_PAUSE_SECONDS)
        else:
            self.report(f"QUEUE  {self.queue_url} was missing and has been recreated")

    def process(self, batch: list[Message]) -> None:
        """One invocation. Messages that did not fail are deleted, the rest become visible again later."""
        started = time.perf_counter()
        note = ""
        try:
            answer = self.invoke(self.source.function, sqs_event(batch, self.source.queue_arn))
            failed = failed_ids(answer, batch) if self.source.reports_failures else set()
        except (HandlerError, InvalidReportError) as error:
            failed = {message["MessageId"] for message in batch}
            note = f" {error}"
        self._delete([message for message in batch if message["MessageId"] not in failed])
        ms = (time.perf_counter() - started) * 1000
        self.report(
            f"QUEUE  {len(batch)} messages, {len(failed)} failed {ms:.0f} ms "
            f"{self.source.function}{note}"
        )

    def _process(self, batch: list[Message]) -> None:
        try:
            self.process(batch)
        except Exception as error:  # noqa: BLE001 - it was not deleted, so the queue gives it again
            _log.warning("messages of %s will be delivered again: %s", self.source.function, error)

    def _receive_batch(self) -> list[Message]:
        batch = self._receive(self.source.batch_size, _WAIT_SECONDS)
        until = time.monotonic() + self.source.window_seconds
        while batch and len(batch) < self.source.batch_size and not self.stopped.is_set():
            missing = self.source.batch_size - len(batch)
            left = until - time.monotonic()
            more = self._receive(missing, max(0, min(_WAIT_SECONDS, round(left))))
            batch += more
            if not more and left <= 0:
                break
        return batch

    def _receive(self, count: int, wait_seconds: int) -> list[Message]:
        answer = self.client.receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=min(count, _RECEIVE_MAX),
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[Message] = answer.get("Messages", [])
        return messages

    def _delete(self, done: list[Message]) -> None:
        for start in range(0, len(done), _RECEIVE_MAX):
            entries = [
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                for index, message in enumerate(done[start : start + _RECEIVE_MAX])
            ]
            self.client.delete_message_batch(QueueUrl=self.queue_url, Entries=entries)


def sqs_event(batch: list[Message], queue_arn: str) -> dict[str, Any]:
    """The event that Lambda passes to a function of an SQS event source."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": dict(message.get("Attributes", {})),
                "messageAttributes": {
                    name: _attribute(value)
                    for name, value in message.get("MessageAttributes", {}).items()
                },
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": REGION,
            }
            for message in batch
        ]
    }


def failed_ids(answer: Any, batch: list[Message]) -> set[str]:
    """The ids of a partial batch response. Raises InvalidReportError where Lambda fails the whole batch."""
    if not answer:
        return set()
    failures = answer.get("batchItemFailures") if isinstance(answer, Mapping) else None
    if failures is None:
        if isinstance(answer, Mapping):
            return set()
        raise InvalidReportError(f"{answer!r} is not a batch response")
    known = {message["MessageId"] for message in batch}
    failed = {failure.get("itemIdentifier") for failure in failures}
    if not failed <= known:
        raise InvalidReportError(f"itemIdentifier does not match a message: {failed - known}")
    return failed


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    names = {"StringValue": "stringValue", "BinaryValue": "binaryValue", "DataType": "dataType"}
    return {
        "stringListValues": [],
        "binaryListValues": [],
        **{names[key]: each for key, each in value.items() if key in names},
    }
