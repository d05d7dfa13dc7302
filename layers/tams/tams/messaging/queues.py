"""SQS, in batches. A message is only a hint: if sending fails, the sweeper finds the work again."""

import json
import logging
import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tams.aws_client import aws_client
from tams.deadline import within
from tams.errors import BackendUnavailableError

_log = logging.getLogger(__name__)

_ENTRIES_MAX = 10
DELAY_SECONDS_MAX = 900
"""Limits of SQS. Source: Amazon SQS message quotas."""

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
        self._url = url
        self._ids_per_message = ids_per_message
        self._endpoint_url = endpoint_url
        self._region = region

    @cached_property
    def _client(self) -> Any:
        return aws_client(
            "sqs", 1, _SECONDS, endpoint_url=self._endpoint_url, region_name=self._region
        )

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
        """Never raises when the queue is down: the work that a message hints at is already in VAST."""
        delay = whole_delay(delay_seconds)
        messages = [json.dumps(group) for group in _groups(bodies, self._ids_per_message)]
        for entries in _groups(messages, _ENTRIES_MAX):
            try:
                with within(_SECONDS):
                    answer = self._client.send_message_batch(
                        QueueUrl=self._url,
                        Entries=[
                            {"Id": str(index), "MessageBody": body, "DelaySeconds": delay}
                            for index, body in enumerate(entries)
                        ],
                    )
            except (BotoCoreError, ClientError) as error:
                _log.warning("SQS did not accept %d messages: %s", len(entries), error)
            else:
                if refused := answer.get("Failed"):
                    reason = refused[0].get("Message", refused[0]["Code"])
                    _log.warning("SQS did not accept %d messages: %s", len(refused), reason)

    def check(self) -> None:
        """Raises BackendUnavailableError when the queue does not answer, or does not exist."""
        name = self._url.rpartition("/")[2]
        try:
            with within(_SECONDS):
                self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        except self._client.exceptions.QueueDoesNotExist:
            raise BackendUnavailableError(f"the queue {name} does not exist") from None
        except (BotoCoreError, ClientError) as error:
            reason = type(error).__name__
            raise BackendUnavailableError(f"the queue {name} did not answer: {reason}") from error


def whole_delay(seconds: float) -> int:
    """In the whole seconds that SQS takes. An early hint does no harm: the sweeper remembers longer waits."""
    return min(math.ceil(seconds), DELAY_SECONDS_MAX)


def _groups(items: Sequence[str], size: int) -> list[list[str]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
