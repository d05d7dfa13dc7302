"""A message, and the checksums that SQS returns for it."""

import hashlib
import re
import struct
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from local.sqs.errors import SqsError

_SENDER = "AIDALOCAL"
_BAD_LETTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Attributes = Mapping[str, Mapping[str, Any]]


@dataclass(eq=False)
class Message:
    body: str
    attributes: Attributes
    sent: float
    """Seconds since 1970, like all times here."""
    id: str = field(default_factory=lambda: str(uuid4()))
    hidden_until: float = 0
    receives: int = 0
    first_received: float = 0
    source_arn: str = ""
    """The ARN of the queue that gave it up."""
    receipt: str = ""
    """The handle of the last receive; earlier ones are void."""

    @property
    def is_delayed(self) -> bool:
        return self.receives == 0

    def hand_out(self, now: float, hidden_until: float) -> None:
        self.receives += 1
        self.first_received = self.first_received or now
        self.receipt = f"{self.id}/{uuid4()}"
        self.hidden_until = hidden_until

    def as_received(self, system_names: set[str], names: set[str]) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "MessageId": self.id,
            "ReceiptHandle": self.receipt,
            "MD5OfBody": md5(self.body.encode()),
            "Body": self.body,
        }
        system = {
            "SenderId": _SENDER,
            "SentTimestamp": str(round(self.sent * 1_000)),
            "ApproximateReceiveCount": str(self.receives),
            "ApproximateFirstReceiveTimestamp": str(round(self.first_received * 1_000)),
        }
        if self.source_arn:
            system["DeadLetterQueueSourceArn"] = self.source_arn
        if wanted := _chosen(system, system_names):
            fields["Attributes"] = wanted
        if own := _chosen(self.attributes, names):
            fields["MessageAttributes"] = own
            fields["MD5OfMessageAttributes"] = attributes_md5(own)
        return fields


def message_id(receipt: str) -> str:
    """The id in a handle. Raises SqsError for a handle that was never valid."""
    found, slash, _ = receipt.partition("/")
    if not slash:
        summary = f'The input receipt handle "{receipt[:100]}" is not a valid receipt handle.'
        raise SqsError("ReceiptHandleIsInvalid", summary)
    return found


def checked_body(body: str, bytes_max: int) -> str:
    """Raises SqsError."""
    if not body:
        raise SqsError("MissingParameter", "The request must contain the parameter MessageBody.")
    if _BAD_LETTERS.search(body):
        raise SqsError("InvalidMessageContents", "The message has characters that SQS refuses.")
    if len(body.encode()) > bytes_max:
        summary = f"Reason: Message must be shorter than {bytes_max} bytes."
        raise SqsError("InvalidParameterValue", f"One or more parameters are invalid. {summary}")
    return body


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def attributes_md5(attributes: Attributes) -> str:
    """Source: Amazon SQS developer guide, "Calculating the MD5 message digest for message attributes"."""
    encoded = b""
    for name, value in sorted(attributes.items()):
        kind = str(value["DataType"])
        is_binary = kind.startswith("Binary")
        content = (
            b64decode(value["BinaryValue"]) if is_binary else str(value["StringValue"]).encode()
        )
        encoded += _sized(name.encode()) + _sized(kind.encode())
        encoded += (b"\2" if is_binary else b"\1") + _sized(content)
    return md5(encoded)


def _sized(data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + data


def _chosen(values: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    prefixes = tuple(name[:-2] for name in names if name.endswith(".*"))
    return {
        name: value
        for name, value in values.items()
        if names & {"All", ".*", name} or name.startswith(prefixes or ("\0",))
    }
