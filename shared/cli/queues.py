"""SQS queues, and their dead letters."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cli.errors import CommandError
from cli.progress import Progress

_BATCH = 10


@dataclass(frozen=True)
class QueueDepth:
    """`oldest_seconds` is None if it is not measured; `given_up` counts the dead-letter queue's messages."""

    name: str
    waiting: int
    in_work: int
    delayed: int
    given_up: int
    oldest_seconds: float | None = None


@dataclass(frozen=True)
class _Queue:
    name: str
    url: str
    attributes: dict[str, str]

    @property
    def dead_letters(self) -> str | None:
        """The name of this queue's dead-letter queue."""
        policy = json.loads(self.attributes.get("RedrivePolicy", "{}"))
        arn = policy.get("deadLetterTargetArn")
        return arn.rpartition(":")[2] if arn else None

    def count(self, attribute: str) -> int:
        return int(self.attributes.get(attribute, 0))


class Queues:
    """The queues whose names begin with `prefix`; `age` gives the age of a queue's oldest message."""

    def __init__(self, sqs: Any, prefix: str, age: Callable[[str], float | None]) -> None:
        self._sqs = sqs
        self._prefix = prefix
        self._age = age

    def all(self) -> list[QueueDepth]:
        """Every queue that has a dead-letter queue."""
        found = self._found()
        return [
            QueueDepth(
                self._short(queue.name),
                queue.count("ApproximateNumberOfMessages"),
                queue.count("ApproximateNumberOfMessagesNotVisible"),
                queue.count("ApproximateNumberOfMessagesDelayed"),
                found[queue.dead_letters].count("ApproximateNumberOfMessages"),
                self._age(queue.name),
            )
            for queue in found.values()
            if queue.dead_letters in found
        ]

    def redrive(self, name: str | None, progress: Progress) -> int:
        """Move dead letters back, of one queue or of all. Returns how many. Raises CommandError."""
        found = self._found()
        chosen = [
            queue
            for queue in found.values()
            if queue.dead_letters in found and name in {None, self._short(queue.name)}
        ]
        if not chosen:
            raise CommandError(f"there is no queue {name!r}: `tams admin queues` lists them")
        pairs = [(queue, found[queue.dead_letters or ""]) for queue in chosen]
        progress.begin(sum(dead.count("ApproximateNumberOfMessages") for _, dead in pairs))
        return sum(self._move(dead.url, queue.url, progress) for queue, dead in pairs)

    def send(self, name: str, body: str) -> None:
        """Raises CommandError."""
        for queue in self._found().values():
            if self._short(queue.name) == name:
                self._sqs.send_message(QueueUrl=queue.url, MessageBody=body)
                return
        raise CommandError(f"there is no queue {name!r}")

    def _move(self, source_url: str, target_url: str, progress: Progress) -> int:
        """Sends before it deletes: a message may come twice, and is never lost."""
        moved = 0
        while messages := self._received(source_url):
            for message in messages:
                self._sqs.send_message(QueueUrl=target_url, MessageBody=message["Body"])
                self._sqs.delete_message(
                    QueueUrl=source_url, ReceiptHandle=message["ReceiptHandle"]
                )
                moved += 1
                progress.advance(1)
        return moved

    def _received(self, url: str) -> Sequence[dict[str, Any]]:
        answer = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_BATCH)
        messages: Sequence[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _found(self) -> dict[str | None, _Queue]:
        pages = self._sqs.get_paginator("list_queues").paginate(QueueNamePrefix=self._prefix)
        urls = [url for page in pages for url in page.get("QueueUrls", [])]
        if not urls:
            raise CommandError("no queues found: check that the stack is running, and its name")
        found = (_Queue(url.rpartition("/")[2], url, self._attributes(url)) for url in sorted(urls))
        return {queue.name: queue for queue in found}

    def _attributes(self, url: str) -> dict[str, str]:
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        attributes: dict[str, str] = answer["Attributes"]
        return attributes

    def _short(self, name: str) -> str:
        """Its name in the template: without the stack's name before it and the random part after it."""
        rest = name.removeprefix(self._prefix)
        return rest.split("-")[0] if self._prefix else rest
