"""The actions of SQS on the queues of one account, except waiting. Source: Amazon SQS API reference."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.sqs.attributes import DEFAULTS, checked
from local.sqs.errors import SqsError, bad_value, no_queue, within
from local.sqs.message import Message, attributes_md5, checked_body, md5
from local.sqs.queue import Clock, Queue

Json = dict[str, Any]

BATCH_MAX = 10
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


class Queues:
    """Standard queues; this server has no FIFO queues."""

    def __init__(self, account: str, region: str, clock: Clock = time.time) -> None:
        self._account = account
        self._arn = f"arn:aws:sqs:{region}:{account}:"
        self._clock = clock
        self.by_name: dict[str, Queue] = {}

    def of(self, asked: Json) -> Queue:
        """The queue that a request names. Raises SqsError."""
        url = asked.get("QueueUrl")
        if not url:
            raise SqsError("MissingParameter", "The request must contain the parameter QueueUrl.")
        return self._named(str(url).rpartition("/")[2])

    def do(self, action: str, asked: Json, base_url: str) -> Json | None:
        """Raises SqsError."""
        actions: dict[str, Callable[[], Json | None]] = {
            "CreateQueue": lambda: self._create(asked, base_url),
            "GetQueueUrl": lambda: self._url(self._named(str(asked.get("QueueName"))), base_url),
            "ListQueues": lambda: self._list(asked, base_url),
            "DeleteQueue": lambda: self._delete_queue(asked),
            "PurgeQueue": lambda: self.of(asked).purge(),
            "GetQueueAttributes": lambda: _attributes(self.of(asked), asked),
            "SetQueueAttributes": lambda: self.of(asked).change(checked(asked["Attributes"])),
            "SendMessage": lambda: self._send(self.of(asked), asked),
            "DeleteMessage": lambda: self.of(asked).delete(asked["ReceiptHandle"]),
            "ChangeMessageVisibility": lambda: _hide(self.of(asked), asked),
            "SendMessageBatch": lambda: self._each(asked, self._send),
            "DeleteMessageBatch": lambda: self._each(asked, _delete),
            "ChangeMessageVisibilityBatch": lambda: self._each(asked, _hide),
        }
        if action not in actions:
            raise SqsError("UnsupportedOperation", f"{action} is not served here.")
        try:
            return actions[action]()
        except KeyError as missing:
            summary = f"The request must contain the parameter {missing.args[0]}."
            raise SqsError("MissingParameter", summary) from None

    def receive(self, queue: Queue, count: int, asked: Json) -> list[Message]:
        """The messages that can be received at once. Raises SqsError."""
        default = queue.number("VisibilityTimeout")
        hidden = within(asked.get("VisibilityTimeout", default), "VisibilityTimeout", 0, 43_200)
        return queue.receive(count, hidden, lambda message: self._give_up(queue, message))

    def _give_up(self, queue: Queue, message: Message) -> bool:
        assert queue.redrive is not None
        dead_letters = self.by_name.get(queue.redrive[0])
        if dead_letters is None:
            return False
        message.source_arn = queue.arn
        dead_letters.add(message)
        return True

    def _named(self, name: str) -> Queue:
        if name not in self.by_name:
            raise no_queue()
        return self.by_name[name]

    def _url(self, queue: Queue, base_url: str) -> Json:
        return {"QueueUrl": f"{base_url}/{self._account}/{queue.name}"}

    def _create(self, asked: Json, base_url: str) -> Json:
        name, given = str(asked["QueueName"]), checked(asked.get("Attributes") or {})
        if not _NAME.fullmatch(name):
            reason = "It has up to 80 letters, digits, - and _ (FIFO queues are not served here)."
            raise bad_value(name, "QueueName", reason)
        known = self.by_name.get(name)
        if known is None:
            self.by_name[name] = known = Queue(name, self._arn + name, given, self._clock)
        now = {**DEFAULTS, **known.given}
        if any(now.get(attribute) != value for attribute, value in given.items()):
            summary = (
                "A queue already exists with the same name and a different value for an attribute."
            )
            raise SqsError("QueueNameExists", summary)
        return self._url(known, base_url)

    def _list(self, asked: Json, base_url: str) -> Json:
        prefix = str(asked.get("QueueNamePrefix") or "")
        found = [self.by_name[name] for name in sorted(self.by_name) if name.startswith(prefix)]
        return {"QueueUrls": [self._url(queue, base_url)["QueueUrl"] for queue in found]}

    def _delete_queue(self, asked: Json) -> None:
        queue = self.of(asked)
        del self.by_name[queue.name]
        for listener in list(queue.listeners):
            listener()

    def _send(self, queue: Queue, asked: Json) -> Json:
        body = checked_body(str(asked["MessageBody"]), queue.number("MaximumMessageSize"))
        default = queue.number("DelaySeconds")
        delay = within(asked.get("DelaySeconds", default), "DelaySeconds", 0, 900)
        attributes: Mapping[str, Json] = asked.get("MessageAttributes") or {}
        message = Message(body, attributes, self._clock())
        answer = {"MessageId": message.id, "MD5OfMessageBody": md5(body.encode())}
        if attributes:
            answer["MD5OfMessageAttributes"] = attributes_md5(attributes)
        queue.add(message, delay)
        return answer

    def _each(self, asked: Json, work: Callable[[Queue, Json], Json | None]) -> Json:
        """Handles entries one by one; a refused entry does not hold up the others."""
        queue = self.of(asked)
        answer: Json = {"Successful": [], "Failed": []}
        for entry in _entries(asked):
            try:
                answer["Successful"].append({"Id": entry["Id"], **(work(queue, entry) or {})})
            except SqsError as error:
                failure = {"Code": error.code, "Message": error.message, "SenderFault": True}
                answer["Failed"].append({"Id": entry["Id"], **failure})
        return answer


def _entries(asked: Json) -> Sequence[Json]:
    entries: Sequence[Json] = asked.get("Entries") or ()
    if not entries:
        raise SqsError("EmptyBatchRequest", "There should be at least one entry in the request.")
    if len(entries) > BATCH_MAX:
        summary = (
            f"Maximum number of entries per request are {BATCH_MAX}. You have sent {len(entries)}."
        )
        raise SqsError("TooManyEntriesInBatchRequest", summary)
    ids = [str(entry["Id"]) for entry in entries]
    if len(set(ids)) < len(ids):
        raise SqsError("BatchEntryIdsNotDistinct", "Two entries of the batch have the same Id.")
    if not all(_ENTRY_ID.fullmatch(each) for each in ids):
        summary = "An Id of a batch has up to 80 letters, digits, - and _."
        raise SqsError("InvalidBatchEntryId", summary)
    return entries


def _attributes(queue: Queue, asked: Json) -> Json:
    known = queue.attributes
    names = asked.get("AttributeNames") or ()
    for name in names:
        if name not in known and name not in {"All", "Policy", "RedrivePolicy", "KmsMasterKeyId"}:
            raise SqsError("InvalidAttributeName", f"Unknown Attribute {name}.")
    chosen = {name: value for name, value in known.items() if "All" in names or name in names}
    return {"Attributes": chosen} if chosen else {}


def _delete(queue: Queue, entry: Json) -> None:
    queue.delete(entry["ReceiptHandle"])


def _hide(queue: Queue, entry: Json) -> None:
    seconds = within(entry["VisibilityTimeout"], "VisibilityTimeout", 0, 43_200)
    if not queue.hide(entry["ReceiptHandle"], seconds):
        raise SqsError("MessageNotInflight", "The message is not in flight.")
