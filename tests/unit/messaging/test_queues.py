"""Hints sent by SQS, over HTTP to moto."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tams.messaging import queues
from tams.messaging.queues import SqsQueue, whole_delay
from tests.moto_server import moto_server


@pytest.fixture(scope="module")
def sqs_url() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def client(sqs_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    return boto3.client("sqs", endpoint_url=sqs_url, region_name="us-east-1")


@pytest.mark.parametrize("delay_seconds", [0.2, 899.5, 900.0, 900.1, 3_600.0])
def test_a_hint_that_is_put_off_is_taken_however_long_the_wait(
    client: Any, sqs_url: str, delay_seconds: float
) -> None:
    url = client.create_queue(QueueName=f"q{int(delay_seconds * 10)}")["QueueUrl"]

    SqsQueue(url, endpoint_url=sqs_url, region="us-east-1").send(["a"], delay_seconds=delay_seconds)

    name = "ApproximateNumberOfMessagesDelayed"
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    assert found["Attributes"] == {name: "1"}


@pytest.mark.parametrize(
    ("seconds", "whole"), [(0, 0), (0.001, 1), (1.0, 1), (899.1, 900), (900, 900), (901, 900)]
)
def test_delays_are_whole_and_no_longer_than_sqs_takes(seconds: float, whole: int) -> None:
    assert whole_delay(seconds) == whole


def test_a_message_that_the_queue_refuses_is_logged(
    client: Any, sqs_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = client.create_queue(QueueName="refusing")["QueueUrl"]
    monkeypatch.setattr(queues, "DELAY_SECONDS_MAX", 1_000)

    SqsQueue(url, endpoint_url=sqs_url, region="us-east-1").send(["a"], delay_seconds=901)

    assert "SQS did not accept 1 messages" in caplog.text
    assert "DelaySeconds" in caplog.text
