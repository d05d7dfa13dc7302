"""URLs from the function url_signer, for functions that may not read media themselves."""

import json
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

from tams.errors import BackendUnavailableError

_OBJECTS_MAX = 1_000
"""As many of the longest possible URLs as fit into a Lambda response (6 MB)."""


class LambdaUrlSigner:
    """A `tams.ports.UrlSigner` that invokes a function. Source: AWS Lambda API reference, "Invoke"."""

    def __init__(self, function: str, *, endpoint_url: str | None = None, region: str) -> None:
        self._function = function
        self._endpoint_url = endpoint_url
        self._region = region

    @cached_property
    def _client(self) -> Any:
        """boto3 is slow, and few webhooks ask for URLs."""
        from tams.aws.client import aws_client  # noqa: PLC0415

        return aws_client(
            "lambda", 2, 20, endpoint_url=self._endpoint_url, region_name=self._region
        )

    def get_urls(self, objects: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Raises BackendUnavailableError."""
        ordered = sorted(objects)
        urls: dict[tuple[str, str], str] = {}
        for start in range(0, len(ordered), _OBJECTS_MAX):
            group = ordered[start : start + _OBJECTS_MAX]
            urls |= zip(group, self._signed(group), strict=True)
        return urls

    def _signed(self, objects: Sequence[tuple[str, str]]) -> list[str]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

        payload = json.dumps({"objects": objects})
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=payload)
            returned = json.load(answer["Payload"])
        except (BotoCoreError, ClientError) as error:
            raise BackendUnavailableError(f"the URL signer failed: {error}") from error
        if "FunctionError" in answer:
            raise BackendUnavailableError(f"the URL signer failed: {returned.get('errorMessage')}")
        urls: list[str] = returned["urls"]
        return urls
