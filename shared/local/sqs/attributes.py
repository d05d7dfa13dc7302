"""Attributes of queues: their limits and defaults. Source: Amazon SQS API reference, "SetQueueAttributes"."""

import json
from collections.abc import Mapping

from local.sqs.errors import SqsError, bad_value, within

DEFAULTS = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}
_LIMITS = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
_OTHERS = {
    *("KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "Policy"),
    *("RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled"),
}
"""Stored and returned. Of these only RedrivePolicy has an effect here."""


def checked(given: Mapping[str, str]) -> dict[str, str]:
    """Raises SqsError."""
    for name, value in given.items():
        if name in _LIMITS:
            within(value, name, *_LIMITS[name])
        elif name not in _OTHERS:
            raise SqsError("InvalidAttributeName", f"Unknown Attribute {name}.")
    if given.get("RedrivePolicy"):
        redrive(given["RedrivePolicy"])
    return dict(given)


def redrive(policy: str) -> tuple[str, int]:
    """The name of the dead-letter queue, and the receives allowed before it. Raises SqsError."""
    try:
        parsed = json.loads(policy)
        arn, count = str(parsed["deadLetterTargetArn"]), parsed["maxReceiveCount"]
    except (KeyError, TypeError, ValueError):
        reason = "It must be JSON with deadLetterTargetArn and maxReceiveCount."
        raise bad_value(policy, "RedrivePolicy", reason) from None
    return arn.rpartition(":")[2], within(count, "maxReceiveCount", 1, 1_000)
