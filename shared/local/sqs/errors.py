"""The errors of SQS, under the names in its API reference."""

from dataclasses import dataclass

_QUERY_CODES = {
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
    "UnsupportedOperation": "AWS.SimpleQueueService.UnsupportedOperation",
    "EmptyBatchRequest": "AWS.SimpleQueueService.EmptyBatchRequest",
    "TooManyEntriesInBatchRequest": "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    "BatchEntryIdsNotDistinct": "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
    "MessageNotInflight": "AWS.SimpleQueueService.MessageNotInflight",
}
"""The codes by which clients know errors that date from SQS's older protocol."""


@dataclass
class SqsError(Exception):
    code: str
    message: str

    @property
    def query_code(self) -> str:
        return _QUERY_CODES.get(self.code, self.code)


def no_queue() -> SqsError:
    return SqsError("QueueDoesNotExist", "The specified queue does not exist.")


def bad_value(value: object, name: str, reason: str) -> SqsError:
    return SqsError(
        "InvalidParameterValue", f"Value {value} for parameter {name} is invalid. Reason: {reason}"
    )


def within(value: object, name: str, least: int, most: int) -> int:
    """As a whole number. Raises SqsError."""
    try:
        number = int(str(value))
    except ValueError:
        raise bad_value(value, name, "Must be an integer.") from None
    if not least <= number <= most:
        raise bad_value(value, name, f"Must be between {least} and {most}.")
    return number
