"""What becomes of messages as time passes, with a clock of the test's."""

from dataclasses import dataclass
from typing import Any

import pytest

from local.sqs.actions import Queues
from local.sqs.errors import SqsError
from local.sqs.queue import Queue

ACCOUNT, REGION = "123456789012", "us-east-1"


@dataclass
class Time:
    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def queues(time: Time) -> Queues:
    made = Queues(ACCOUNT, REGION, time)
    made.do("CreateQueue", {"QueueName": "dead"}, "")
    policy = f'{{"deadLetterTargetArn":"arn:aws:sqs:{REGION}:{ACCOUNT}:dead","maxReceiveCount":2}}'
    attributes = {"VisibilityTimeout": "30", "RedrivePolicy": policy}
    made.do("CreateQueue", {"QueueName": "work", "Attributes": attributes}, "")
    return made


@pytest.fixture
def work(queues: Queues) -> Queue:
    return queues.by_name["work"]


def send(queues: Queues, *bodies: str, **fields: Any) -> None:
    for body in bodies:
        queues.do("SendMessage", {"QueueUrl": "/work", "MessageBody": body, **fields}, "")


def receive(queues: Queues, name: str = "work", count: int = 10, **asked: Any) -> list[Any]:
    found = queues.receive(queues.by_name[name], count, asked)
    return [each.as_received({"All"}, {"All"}) for each in found]


def bodies(received: list[Any]) -> list[str]:
    return [each["Body"] for each in received]


def test_messages_come_in_order_and_no_more_than_asked_for(queues: Queues) -> None:
    send(queues, "a", "b", "c")

    assert bodies(receive(queues, count=2)) == ["a", "b"]
    assert bodies(receive(queues)) == ["c"]
    assert receive(queues) == []


def test_what_is_not_deleted_shows_up_again(queues: Queues, time: Time) -> None:
    send(queues, "a", "b")
    (first, second) = receive(queues)
    queues.do("DeleteMessage", {"QueueUrl": "/work", **second}, "")

    time.now += 29.9
    assert receive(queues) == []
    time.now += 0.2
    (again,) = receive(queues)

    assert again["MessageId"] == first["MessageId"]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    for name in ("SentTimestamp", "ApproximateFirstReceiveTimestamp"):
        assert again["Attributes"][name] == first["Attributes"][name]


def test_what_is_received_too_often_ends_as_a_dead_letter(queues: Queues, time: Time) -> None:
    send(queues, "a")
    for _ in range(2):
        assert bodies(receive(queues)) == ["a"]
        time.now += 31

    assert receive(queues) == []
    (letter,) = receive(queues, "dead")
    assert letter["Body"] == "a"
    source = letter["Attributes"]["DeadLetterQueueSourceArn"]
    assert source == f"arn:aws:sqs:{REGION}:{ACCOUNT}:work"


def test_without_a_queue_for_dead_letters_they_stay(queues: Queues, time: Time) -> None:
    queues.do("DeleteQueue", {"QueueUrl": "/dead"}, "")
    send(queues, "a")

    for _ in range(5):
        assert bodies(receive(queues)) == ["a"]
        time.now += 31


def test_only_the_last_receipt_counts(queues: Queues, time: Time, work: Queue) -> None:
    send(queues, "a")
    (first,) = receive(queues)
    time.now += 31
    (second,) = receive(queues)

    queues.do("DeleteMessage", {"QueueUrl": "/work", **first}, "")
    assert work.attributes["ApproximateNumberOfMessagesNotVisible"] == "1"
    queues.do("DeleteMessage", {"QueueUrl": "/work", **second}, "")
    assert work.attributes["ApproximateNumberOfMessagesNotVisible"] == "0"
    queues.do("DeleteMessage", {"QueueUrl": "/work", **second}, "")


def test_a_message_that_is_late_can_be_deleted_until_somebody_else_has_it(
    queues: Queues, time: Time
) -> None:
    send(queues, "a")
    (late,) = receive(queues)
    time.now += 31
    queues.do("DeleteMessage", {"QueueUrl": "/work", **late}, "")

    assert receive(queues) == []


def test_a_delayed_message_comes_after_its_delay(queues: Queues, time: Time, work: Queue) -> None:
    send(queues, "later", DelaySeconds=900)
    send(queues, "now")

    assert work.attributes["ApproximateNumberOfMessagesDelayed"] == "1"
    assert bodies(receive(queues)) == ["now"]
    time.now += 901
    assert sorted(bodies(receive(queues))) == ["later", "now"]


def test_a_worker_may_keep_a_message_longer_or_give_it_back(queues: Queues, time: Time) -> None:
    send(queues, "a")
    (held,) = receive(queues)
    hide = {"QueueUrl": "/work", "ReceiptHandle": held["ReceiptHandle"]}

    queues.do("ChangeMessageVisibility", {**hide, "VisibilityTimeout": 100}, "")
    time.now += 99
    assert receive(queues) == []
    queues.do("ChangeMessageVisibility", {**hide, "VisibilityTimeout": 0}, "")
    assert bodies(receive(queues)) == ["a"]
    with pytest.raises(SqsError, match="not in flight"):
        queues.do("ChangeMessageVisibility", {**hide, "VisibilityTimeout": 1}, "")


def test_a_message_is_dropped_when_its_time_is_over(queues: Queues, time: Time) -> None:
    asked = {"QueueUrl": "/work", "Attributes": {"MessageRetentionPeriod": "60"}}
    queues.do("SetQueueAttributes", asked, "")
    send(queues, "old")
    time.now += 59
    send(queues, "young")
    time.now += 2

    assert bodies(receive(queues)) == ["young"]


def test_ages_count_messages_at_work_too(queues: Queues, time: Time, work: Queue) -> None:
    assert work.oldest_sent is None
    send(queues, "a")
    sent = time.now
    time.now += 5
    send(queues, "b")
    receive(queues, count=1)

    assert work.oldest_sent == sent


def test_a_busy_queue_does_not_remember_what_was_deleted(queues: Queues, work: Queue) -> None:
    for _ in range(1_000):
        send(queues, "a")
        (each,) = receive(queues)
        queues.do("DeleteMessage", {"QueueUrl": "/work", **each}, "")

    assert len(work._returning) < 100


def test_a_purge_leaves_nothing(queues: Queues, time: Time, work: Queue) -> None:
    send(queues, "a", "b", "c")
    send(queues, "d", DelaySeconds=10)
    receive(queues, count=1)

    queues.do("PurgeQueue", {"QueueUrl": "/work"}, "")

    time.now += 100
    assert receive(queues) == []
    assert work.oldest_sent is None
