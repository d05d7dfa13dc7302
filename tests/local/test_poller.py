"""Queues, schedules and uploads, with the functions of fixtures/."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.application import Schedule
from local.poller import InvalidReportError, failed_ids
from local.queues import sqs_client
from local.schedules import fire_until
from local.stack import Stack
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def sqs(small_stack: Stack) -> Iterator[Any]:
    with closing(sqs_client(small_stack.sqs_url, small_stack.sqs_credentials)) as client:
        yield client


def eventually(look: Callable[[], Any]) -> Any:
    """The first truth that `look` gives."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def noted(notes: Path, name: str) -> list[dict[str, Any]]:
    path = notes / name
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def test_only_the_failed_messages_of_a_batch_come_again_and_end_as_dead_letters(
    small_stack: Stack, sqs: Any, notes: Path
) -> None:
    mark = uuid.uuid4().hex
    url, dead = small_stack.queue_url("WorkQueue"), small_stack.queue_url("WorkDeadLetters")
    bodies = [f"{mark} good 1", f"{mark} fail", f"{mark} good 2"]
    entries = [{"Id": str(index), "MessageBody": body} for index, body in enumerate(bodies)]

    sqs.send_message_batch(QueueUrl=url, Entries=entries)

    letters = eventually(
        lambda: sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=1).get("Messages")
    )
    received = [it["body"] for it in noted(notes, "messages.jsonl") if mark in it["body"]]
    assert [letter["Body"] for letter in letters] == [f"{mark} fail"]
    assert sorted(received) == sorted([*bodies, f"{mark} fail"])
    sqs.delete_message(QueueUrl=dead, ReceiptHandle=letters[0]["ReceiptHandle"])


def test_a_batch_whose_function_raises_comes_again(
    small_stack: Stack, sqs: Any, notes: Path
) -> None:
    mark = uuid.uuid4().hex

    sqs.send_message(
        QueueUrl=small_stack.queue_url("WorkQueue"),
        MessageBody=f"{mark} raise",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "test"}},
    )

    def twice() -> list[dict[str, Any]]:
        found = [it for it in noted(notes, "messages.jsonl") if mark in it["body"]]
        return found if len(found) == 2 else []

    record = eventually(twice)[-1]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(":WorkQueue")
    assert record["attributes"]["ApproximateReceiveCount"] == "2"
    assert record["messageAttributes"]["kind"]["stringValue"] == "test"
    assert "RuntimeError: the batch is broken" in small_stack.log("poller").read_text()


def test_schedules_fire(small_stack: Stack, notes: Path) -> None:
    event = eventually(lambda: noted(notes, "timer.jsonl"))[0]

    assert event["source"] == "aws.events"
    assert event["detail-type"] == "Scheduled Event"
    assert event["resources"] == ["arn:aws:events:us-east-1:123456789012:rule/often"]


def test_an_upload_is_announced(small_stack: Stack, notes: Path) -> None:
    keys = small_stack.s3_credentials
    s3 = boto3.client(
        "s3",
        endpoint_url=small_stack.s3_url,
        region_name="us-east-1",
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        config=Config(signature_version="s3v4"),
    )
    key = f"media/{uuid.uuid4()} ü"

    with closing(s3):
        put = s3.put_object(Bucket=small_stack.s3_bucket, Key=key, Body=b"x" * 1000)

    def announced() -> list[dict[str, Any]]:
        events = [
            json.loads(it["body"]) for it in noted(notes, "messages.jsonl") if "s3" in it["body"]
        ]
        objects = [event["Records"][0]["s3"]["object"] for event in events]
        return [it for it in objects if it["key"] == key.replace(" ", "+").replace("ü", "%C3%BC")]

    [told] = eventually(announced)
    assert told["size"] == 1000
    assert told["eTag"] == put["ETag"].strip('"')


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"}),
    ],
)
def test_a_batch_response_names_the_failed(answer: Any, failed: set[str]) -> None:
    assert failed_ids(answer, [{"MessageId": "a"}, {"MessageId": "b"}]) == failed


@pytest.mark.parametrize(
    "answer", [{"batchItemFailures": [{"itemIdentifier": "x"}]}, {"batchItemFailures": [{}]}, "no"]
)
def test_a_batch_response_that_names_no_message_fails_the_batch(answer: Any) -> None:
    with pytest.raises(InvalidReportError):
        failed_ids(answer, [{"MessageId": "a"}])


def test_queues_that_are_gone_are_made_again(small_stack: Stack, sqs: Any, notes: Path) -> None:
    for queue in small_stack.application.queues:
        sqs.delete_queue(QueueUrl=small_stack.queue_url(queue.name))
    mark = uuid.uuid4().hex

    def taken() -> bool:
        try:
            sqs.send_message(
                QueueUrl=small_stack.queue_url("WorkQueue"), MessageBody=f"{mark} good"
            )
        except sqs.exceptions.QueueDoesNotExist:
            return False
        return True

    eventually(taken)
    eventually(lambda: [it for it in noted(notes, "messages.jsonl") if mark in it["body"]])
    made = sqs.get_queue_attributes(
        QueueUrl=small_stack.queue_url("WorkQueue"), AttributeNames=["RedrivePolicy"]
    )
    assert "WorkDeadLetters" in made["Attributes"]["RedrivePolicy"]


def test_a_schedule_fires_as_soon_as_it_runs() -> None:
    stopped = threading.Event()
    fired: list[dict[str, Any]] = []
    schedule = Schedule("timer", "daily", 86_400, None)
    thread = threading.Thread(
        target=fire_until, args=(stopped, schedule, schedule.every_seconds, fired.append)
    )

    thread.start()
    eventually(lambda: fired)
    stopped.set()
    thread.join(PATIENCE_SECONDS)

    assert len(fired) == 1
