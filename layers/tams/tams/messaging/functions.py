"""Invokes another function of this service, and waits for what it returns."""

import json
import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from tams.errors import BackendUnavailableError

_log = logging.getLogger(__name__)


class LambdaFunction:
    """Source: AWS Lambda API reference, "Invoke"."""

    invoke_here: ClassVar[Callable[[str, dict[str, Any]], Any] | None] = None
    """Takes the name and the event, in a process that holds all functions: then Lambda is not asked."""

    def __init__(
        self, name: str, what: str, read_seconds: float, *, endpoint_url: str | None, region: str
    ) -> None:
        """`what` names the function in errors."""
        self._name = name
        self._what = what
        self._read_seconds = read_seconds
        self._endpoint_url = endpoint_url
        self._region = region

    @cached_property
    def _client(self) -> Any:
        """boto3 is slow, and few events invoke a function."""
        from tams.aws.client import aws_client  # noqa: PLC0415

        return aws_client(
            "lambda",
            2,
            self._read_seconds,
            endpoint_url=self._endpoint_url,
            region_name=self._region,
        )

    def __call__(self, event: dict[str, Any]) -> Any:
        """Raises BackendUnavailableError, also when the function failed."""
        if (here := LambdaFunction.invoke_here) is not None:
            return self._done_here(here, event)
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

        try:
            answer = self._client.invoke(FunctionName=self._name, Payload=json.dumps(event))
            returned = json.load(answer["Payload"])
        except (BotoCoreError, ClientError) as error:
            raise BackendUnavailableError(f"{self._what} failed: {error}") from error
        if "FunctionError" in answer:
            raise BackendUnavailableError(f"{self._what} failed: {returned.get('errorMessage')}")
        return returned

    def _done_here(
        self, invoke: Callable[[str, dict[str, Any]], Any], event: dict[str, Any]
    ) -> Any:
        try:
            return invoke(self._name, event)
        except Exception as error:  # as at the edge of Lambda: the function's failure is not ours
            _log.exception("%s failed", self._name)
            raise BackendUnavailableError(f"{self._what} failed: {error}") from error
