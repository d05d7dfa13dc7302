"""boto3's clients. No request of theirs waits longer than the invocation has time."""

import threading
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from tams.deadline import ANSWER_SECONDS, patience

_making = threading.Lock()
"""boto3's default session, which makes the clients, is for one thread at a time."""


def aws_client(
    service: str, connect_seconds: float, read_seconds: float, *, config: Any = None, **options: Any
) -> Any:
    """A client that tries each request twice. `options` are boto3's, `config` is a further botocore Config.

    A try begins only if there is time for half of `connect_seconds`, which should be short: connecting may
    exceed the time of the invocation by that much.
    """
    patient = Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"total_max_attempts": 2},
    )
    make: Any = boto3.client  # its types list every service by name
    with _making:
        client = make(service, config=patient.merge(config) if config else patient, **options)

    shortest = min(connect_seconds, read_seconds) / 2

    def limit(request: Any, **_: Any) -> None:
        """Before each try. botocore knows of a shorter time to read by the request's context."""
        seconds = patience(read_seconds, ANSWER_SECONDS)
        if seconds < shortest:
            raise ReadTimeoutError(endpoint_url=request.url)
        if seconds < read_seconds:
            request.context["read_timeout"] = seconds

    client.meta.events.register("before-send", limit)
    return client
