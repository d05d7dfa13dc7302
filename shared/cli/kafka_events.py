"""S3's events in Kafka topics, as VAST publishes them: `{"Records": […]}`, almost as AWS writes them."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote_plus

from cli.errors import CommandError

try:
    from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
except ImportError:
    raise CommandError(
        "the Kafka client is missing: .venv/bin/pip install confluent-kafka"
    ) from None

_AT_ONCE = 100
_WAIT_SECONDS = 0.5
_START_SECONDS = 15.0
_CREATED = "ObjectCreated:"
_FATAL = {
    KafkaError._AUTHENTICATION,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError._FATAL,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
}


@dataclass
class Batch:
    """Bodies for the queue, one for each event that reports uploads; `ends` are what to commit then."""

    bodies: list[str] = field(default_factory=list)
    upload_count: int = 0
    warnings: list[str] = field(default_factory=list)
    ends: dict[tuple[str, int], int] = field(default_factory=dict)


class Events:
    """The events of some topics, from where the group stopped, or from the oldest. Raises CommandError."""

    def __init__(self, settings: Mapping[str, Any], topics: Sequence[str]) -> None:
        self._errors: list[KafkaError] = []
        self._topics = topics
        chosen = {
            "auto.offset.reset": "earliest",
            **settings,
            "enable.auto.commit": False,
            "error_cb": self._errors.append,
        }
        try:
            self._consumer = Consumer(chosen)
        except KafkaException as error:
            raise CommandError(f"Kafka: {error.args[0].str()}") from error
        self._heard_at: float | None = None

    def __enter__(self) -> Self:
        try:
            self._check()
            self._consumer.subscribe(list(self._topics), on_assign=self._assigned)
        except BaseException:
            self._consumer.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._consumer.close()

    @property
    def idle_seconds(self) -> float:
        """Since the last event, or since Kafka gave this consumer its part of the topics."""
        return 0.0 if self._heard_at is None else time.monotonic() - self._heard_at

    def _assigned(self, *_: object) -> None:
        self._heard_at = time.monotonic()

    def read(self, *, plain_keys: bool) -> Batch:
        """The events that have arrived, if any. Skips anything that is not an S3 event, with a warning."""
        batch = Batch()
        for message in self._consumer.consume(_AT_ONCE, _WAIT_SECONDS):
            if (fault := message.error()) is not None:
                self._raise_if_final(fault)
                continue
            self._heard_at = time.monotonic()
            batch.ends[str(message.topic()), message.partition() or 0] = (message.offset() or 0) + 1
            _take(message, batch, plain_keys=plain_keys)
        for fault in self._errors:
            self._raise_if_final(fault)
        self._errors.clear()
        return batch

    def commit(self, batch: Batch) -> None:
        """If it fails, the events are read again."""
        if not batch.ends:
            return
        ends = [TopicPartition(topic, part, end) for (topic, part), end in batch.ends.items()]
        try:
            self._consumer.commit(offsets=ends, asynchronous=False)
        except KafkaException as error:
            self._raise_if_final(error.args[0])

    def keep_alive(self) -> None:
        """Keeps this consumer alive for Kafka, without reading on."""
        assigned = self._consumer.assignment()
        self._consumer.pause(assigned)
        self._consumer.poll(0)
        self._consumer.resume(assigned)

    def _check(self) -> None:
        """That the brokers answer and have the topics."""
        for topic in self._topics:
            try:
                found = self._consumer.list_topics(topic, timeout=_START_SECONDS).topics[topic]
            except KafkaException as error:
                fault = next(
                    (each for each in self._errors if each.code() in _FATAL), error.args[0]
                )
                raise CommandError(f"Kafka does not answer: {fault.str()}") from error
            if found.error is not None:
                raise CommandError(f"Kafka: topic {topic!r}: {found.error.str()}")

    @staticmethod
    def _raise_if_final(fault: KafkaError) -> None:
        if fault.fatal() or fault.code() in _FATAL:
            raise CommandError(f"Kafka: {fault.str()}")


def _take(message: Message, batch: Batch, *, plain_keys: bool) -> None:
    place = f"{message.topic()}, partition {message.partition()}, offset {message.offset()}"
    try:
        records = list(_created(_decoded(message), plain_keys=plain_keys))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        batch.warnings.append(f"{place} is not an S3 event, and is skipped: {error!r}")
        return
    if records:
        batch.bodies.append(json.dumps({"Records": records}))
        batch.upload_count += len(records)


def _decoded(message: Message) -> Any:
    value = message.value()
    if not isinstance(value, bytes | str) or not value:
        raise ValueError("it is empty")
    return json.loads(value)


def _created(event: Any, *, plain_keys: bool) -> Iterator[Mapping[str, Any]]:
    """The records of uploads, as S3 writes them. Raises KeyError, ValueError, TypeError, AttributeError."""
    for record in event["Records"]:
        if not str(record["eventName"]).removeprefix("s3:").startswith(_CREATED):
            continue
        stored = record["s3"]["object"]
        key = quote_plus(stored["key"], safe="/") if plain_keys else stored["key"]
        _ = record["s3"]["bucket"]["name"], record["eventTime"]
        yield {**record, "s3": {**record["s3"], "object": {**stored, "key": key}}}
