"""The queue server, used through boto3 and compared with moto's: both give the same answers."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import httpx
import pytest
from botocore.exceptions import ClientError

from local.credentials import KeyPair
from local.queues import sqs_client
from local.stack import Stack
from tests.moto_server import moto_server
from tests.waiting import PATIENCE_SECONDS

KEYS = KeyPair("local", "local")
ARN = "arn:aws:sqs:us-east-1:123456789012:"
BODY = 'a "body", ü, \U0001f3a5\tand\nlines'


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("queues")
    with Stack(data, only=("queue",), provision=False) as it:
        yield it


@pytest.fixture(scope="module")
def motos() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture(params=["ours", "moto's"])
def sqs(request: pytest.FixtureRequest, own: Stack, motos: str) -> Iterator[Any]:
    ours = request.param == "ours"
    url, keys = (own.sqs_url, own.sqs_credentials) if ours else (motos, KEYS)
    with closing(sqs_client(url, keys)) as client:
        yield client


@pytest.fixture
def url(sqs: Any) -> str:
    made: str = sqs.create_queue(QueueName=f"q-{uuid4()}")["QueueUrl"]
    return made


def refusal(call: Callable[..., Any], **asked: Any) -> Any:
    with pytest.raises(ClientError) as caught:
        call(**asked)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return caught.value


def test_a_message_comes_as_it_was_sent(sqs: Any, url: str) -> None:
    attributes = {
        "kind": {"DataType": "String", "StringValue": "tést"},
        "count": {"DataType": "Number", "StringValue": "7"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = sqs.send_message(QueueUrl=url, MessageBody=BODY, MessageAttributes=attributes)
    asked = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}

    (message,) = sqs.receive_message(QueueUrl=url, **asked)["Messages"]

    assert message["Body"] == BODY
    assert message["MessageId"] == sent["MessageId"]
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"]
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert abs(int(message["Attributes"]["SentTimestamp"]) / 1000 - time.time()) < 600


def test_checksums_are_those_that_moto_makes(own: Stack, motos: str) -> None:
    attributes = {
        "b": {"DataType": "String.custom", "StringValue": "x"},
        "a": {"DataType": "Binary", "BinaryValue": b"\x01"},
    }
    told = []
    for url, keys in ((own.sqs_url, own.sqs_credentials), (motos, KEYS)):
        with closing(sqs_client(url, keys)) as client:
            queue = client.create_queue(QueueName="checksums")["QueueUrl"]
            answer = client.send_message(
                QueueUrl=queue, MessageBody=BODY, MessageAttributes=attributes
            )
            told.append([answer["MD5OfMessageBody"], answer["MD5OfMessageAttributes"]])

    assert told[0] == told[1]


def test_a_batch_is_sent_received_and_deleted(sqs: Any, url: str) -> None:
    entries = [{"Id": f"n{n}", "MessageBody": f"body {n}"} for n in range(10)]

    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]

    assert [each["Id"] for each in sent["Successful"]] == [each["Id"] for each in entries]
    assert not sent.get("Failed")
    assert sorted(each["Body"] for each in received) == [f"body {n}" for n in range(10)]
    handles = [
        {"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(received)
    ]
    deleted = sqs.delete_message_batch(QueueUrl=url, Entries=handles)
    assert len(deleted["Successful"]) == 10
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    for state in ("", "NotVisible", "Delayed"):
        assert counts[f"ApproximateNumberOfMessages{state}"] == "0"


def test_attributes_are_as_they_were_given(sqs: Any) -> None:
    dead = f"dead-{uuid4()}"
    sqs.create_queue(QueueName=dead)
    policy = f'{{"deadLetterTargetArn":"{ARN}{dead}","maxReceiveCount":5}}'
    given = {
        "VisibilityTimeout": "360",
        "MessageRetentionPeriod": "1209600",
        "SqsManagedSseEnabled": "true",
        "RedrivePolicy": policy,
    }
    name = f"q-{uuid4()}"

    url = sqs.create_queue(QueueName=name, Attributes=given)["QueueUrl"]

    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert {each: told[each] for each in given if each != "RedrivePolicy"} == {
        each: value for each, value in given.items() if each != "RedrivePolicy"
    }
    assert dead in told["RedrivePolicy"]
    assert told["QueueArn"] == ARN + name
    assert sqs.create_queue(QueueName=name, Attributes=given)["QueueUrl"] == url
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url
    assert url in sqs.list_queues(QueueNamePrefix=name[:10])["QueueUrls"]
    assert url.endswith(f"/123456789012/{name}")
    one = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    assert one["Attributes"] == {"VisibilityTimeout": "360"}


def test_a_queue_that_is_gone_is_told_by_its_error(sqs: Any, url: str) -> None:
    sqs.delete_queue(QueueUrl=url)

    for call, fields in (
        (sqs.receive_message, {}),
        (sqs.get_queue_attributes, {"AttributeNames": ["All"]}),
        (sqs.send_message, {"MessageBody": "x"}),
        (sqs.purge_queue, {}),
    ):
        with pytest.raises(sqs.exceptions.QueueDoesNotExist) as caught:
            call(QueueUrl=url, **fields)
        assert caught.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"


def test_what_breaks_a_rule_is_refused(sqs: Any, url: str) -> None:
    entry = {"Id": "a", "MessageBody": "x"}
    send, batch = sqs.send_message, sqs.send_message_batch

    assert "DelaySeconds" in str(refusal(send, QueueUrl=url, MessageBody="x", DelaySeconds=901))
    refusal(batch, QueueUrl=url, Entries=[])
    refusal(batch, QueueUrl=url, Entries=[{**entry, "Id": str(n)} for n in range(11)])
    refusal(batch, QueueUrl=url, Entries=[entry, entry])
    refusal(batch, QueueUrl=url, Entries=[{**entry, "Id": "a b"}])
    refusal(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11)
    refusal(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=21)
    refusal(sqs.create_queue, QueueName="a b")
    refusal(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["Nothing"])
    refusal(send, QueueUrl=url, MessageBody="x" * 1_048_577)
    refusal(sqs.delete_message, QueueUrl=url, ReceiptHandle="no-handle")
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_an_entry_that_is_refused_does_not_hold_up_the_others(own: Stack) -> None:
    with closing(sqs_client(own.sqs_url, own.sqs_credentials)) as sqs:
        url = sqs.create_queue(QueueName="mixed")["QueueUrl"]
        entries = [
            {"Id": "good", "MessageBody": "x"},
            {"Id": "late", "MessageBody": "x", "DelaySeconds": 901},
            {"Id": "odd", "MessageBody": "\x00"},
        ]

        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)

        assert [each["Id"] for each in answer["Successful"]] == ["good"]
        assert {each["Id"]: each["Code"] for each in answer["Failed"]} == {
            "late": "InvalidParameterValue",
            "odd": "InvalidMessageContents",
        }
        assert all(each["SenderFault"] for each in answer["Failed"])


def test_a_receive_that_waits_gets_what_is_sent_meanwhile(sqs: Any, url: str) -> None:
    received: list[Any] = []

    def wait() -> None:
        received.append(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20))

    thread = threading.Thread(target=wait)
    thread.start()
    sqs.send_message(QueueUrl=url, MessageBody="x")
    thread.join(PATIENCE_SECONDS)

    assert [each["Body"] for each in received[0]["Messages"]] == ["x"]


def test_a_client_that_went_away_takes_no_message_with_it(own: Stack) -> None:
    """It waits in a receive, ends, and what is sent then goes to the next one."""
    with closing(sqs_client(own.sqs_url, own.sqs_credentials)) as sqs:
        url = sqs.create_queue(QueueName="left")["QueueUrl"]
        key = own.sqs_credentials.access_key
        headers = {
            "X-Amz-Target": "AmazonSQS.ReceiveMessage",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/x, Signature=0",
        }
        for _ in range(3):
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(
                    own.sqs_url,
                    json={"QueueUrl": url, "WaitTimeSeconds": 20},
                    headers=headers,
                    timeout=httpx.Timeout(60, read=0.3),
                )
        sqs.send_message(QueueUrl=url, MessageBody="x")

        answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)

        assert [each["Body"] for each in answer["Messages"]] == ["x"]


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("", b"{}", "InvalidAction"),
        ("AmazonSQS.TagQueue", b"{}", "UnsupportedOperation"),
        ("AmazonSQS.SendMessage", b"{}", "MissingParameter"),
        ("AmazonSQS.SendMessage", b"no json", "InvalidParameterValue"),
        ("AmazonSQS.SendMessage", b"[]", "InvalidParameterValue"),
        ("AmazonSQS.SendMessage", b'{"QueueUrl": 5}', "InvalidParameterValue"),
        ("AmazonSQS.SendMessageBatch", b'{"Entries": ["x"]}', "InvalidParameterValue"),
        ("AmazonSQS.ReceiveMessage", b'{"QueueUrl": "/nowhere"}', "QueueDoesNotExist"),
    ],
)
def test_whatever_is_sent_gets_an_answer_that_says_what_is_wrong(
    own: Stack, target: str, body: bytes, code: str
) -> None:
    key = own.sqs_credentials.access_key
    headers = {
        "X-Amz-Target": target,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/x, Signature=0",
    }

    answer = httpx.post(own.sqs_url, content=body, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["__type"] == f"com.amazonaws.sqs#{code}"
    assert answer.json()["message"]
