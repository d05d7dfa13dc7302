"""SQS on this machine: a client, and the queues of the template."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import boto3
from botocore.config import Config

from local.application import Queue
from local.credentials import KeyPair
from local.intrinsics import REGION

_LONG_POLL_MARGIN_SECONDS = 15


def sqs_client(endpoint_url: str, keys: KeyPair) -> Any:
    given = {"aws_access_key_id": keys.access_key, "aws_secret_access_key": keys.secret_key}
    return client_of(endpoint_url, REGION, **given)


def client_of(endpoint_url: str | None, region: str, **keys: str) -> Any:
    """By default, with the keys of this process, at AWS."""
    client: Any = boto3.client
    return client(
        "sqs",
        endpoint_url=endpoint_url,
        region_name=region,
        config=Config(
            connect_timeout=2,
            read_timeout=20 + _LONG_POLL_MARGIN_SECONDS,
            retries={"total_max_attempts": 2},
            max_pool_connections=50,
        ),
        **keys,
    )


def create_queues(client: Any, queues: Iterable[Queue]) -> None:
    """Dead-letter queues first, since a redrive policy must name an existing one. Repeatable."""
    for queue in sorted(queues, key=lambda it: "RedrivePolicy" in it.attributes):
        client.create_queue(QueueName=queue.name, Attributes=_attributes(queue.attributes))


def _attributes(given: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: json.dumps(value) if isinstance(value, Mapping) else _text(value)
        for name, value in given.items()
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
