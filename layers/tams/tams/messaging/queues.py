"""SQS, in batches. A message is only a hint: if sending fails, the sweeper finds the work again."""

import json
import logging
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from tams.aws.credentials import NoCredentialsError
from tams.aws.json_api import AwsError, JsonApi
from tams.deadline import within
from tams.errors import BackendUnavailableError

_log = logging.getLogger(__name__)

_ENTRIES_MAX = 10
DELAY_SECONDS_MAX = 900
"""Limits of SQS. Source: Amazon SQS message quotas."""

_MISSING = {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"}

_SECONDS = 3.0
"""For one message, all tries together: a client waits for the answer meanwhile."""


class SqsQueue:
    """Sends ids, up to `ids_per_message` in the JSON list of one message."""

    def __init__(
        self,
        url: str,
        *,
        endpoint_url: str | None = None,
        region: str,
        ids_per_message: int = 100,
    ) -> None:
        """Without `endpoint_url`, the queue's own URL says where SQS is."""
        self._url = url
        self._ids_per_message = ids_per_message
        place = urlsplit(url)
        self._sqs = JsonApi(
            "sqs",
            "AmazonSQS",
            "1.0",
            url=endpoint_url or f"{place.scheme}://{place.netloc}",
            region=region,
            connect_seconds=1,
            read_seconds=_SECONDS,
        )

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
        """Does not raise when the queue is down: the work that a message announces is already in VAST."""
        delay = whole_delay(delay_seconds)
        messages = [json.dumps(group) for group in _groups(bodies, self._ids_per_message)]
        for entries in _groups(messages, _ENTRIES_MAX):
            try:
                with within(_SECONDS):
                    answer = self._sqs.call("SendMessageBatch", self._batch(entries, delay))
            except (AwsError, NoCredentialsError) as error:
                _log.warning("SQS did not accept %d messages: %s", len(entries), error)
            else:
                if refused := answer.get("Failed"):
                    reason = refused[0].get("Message", refused[0]["Code"])
                    _log.warning("SQS did not accept %d messages: %s", len(refused), reason)

    def _batch(self, bodies: Sequence[str], delay_seconds: int) -> dict[str, Any]:
        entries = [
            {"Id": str(index), "MessageBody": body, "DelaySeconds": delay_seconds}
            for index, body in enumerate(bodies)
        ]
        return {"QueueUrl": self._url, "Entries": entries}

    def check(self) -> None:
        """Raises BackendUnavailableError when the queue does not answer, or does not exist."""
        name = self._url.rpartition("/")[2]
        try:
            with within(_SECONDS):
                asked = {"QueueUrl": self._url, "AttributeNames": ["QueueArn"]}
                self._sqs.call("GetQueueAttributes", asked)
        except AwsError as error:
            if error.code in _MISSING:
                raise BackendUnavailableError(f"the queue {name} does not exist") from None
            raise BackendUnavailableError(
                f"the queue {name} did not answer: {error.code}"
            ) from error
        except NoCredentialsError as error:
            raise BackendUnavailableError(f"the queue {name} cannot be reached: {error}") from error


def whole_delay(seconds: float) -> int:
    """In the whole seconds that SQS takes. An early hint does no harm: the sweeper remembers longer waits."""
    return min(math.ceil(seconds), DELAY_SECONDS_MAX)


def _groups(items: Sequence[str], size: int) -> list[list[str]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
