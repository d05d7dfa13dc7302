"""AWS services that speak JSON, such as SQS and Secrets Manager, without boto3.

boto3 takes 0.15 s of CPU before its first request, and three times the CPU of this for each.
Source: AWS JSON 1.0 and 1.1 protocols (Smithy).
"""

import json
import os
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError

from tams.aws.credentials import own_credentials
from tams.aws.signature import signed_headers
from tams.deadline import ANSWER_SECONDS, patience
from tams.errors import TamsError

_TRIES = 2
_RETRIED = {429, 500, 502, 503, 504}
_THROTTLED = {
    "RequestThrottled",
    "RequestThrottledException",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
}
"""Codes of refusals with status 400 or 403 that a second try may pass."""
_CONNECTIONS = 50
"""To one service, kept for as many threads."""


class AwsError(TamsError):
    """A service refused a request or did not answer; `code` is its own, or the kind of the failure."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class JsonApi:
    def __init__(
        self,
        service: str,
        target: str,
        version: str,
        *,
        url: str,
        region: str,
        connect_seconds: float,
        read_seconds: float,
    ) -> None:
        """`service` is its name in signatures, `target` that in the header X-Amz-Target."""
        parts = urlsplit(url)
        self._service = service
        self._target = target
        self._version = version
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._host = parts.netloc
        self._region = region
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds

    def call(self, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to an operation, which is tried twice. Raises AwsError and NoCredentialsError."""
        body = json.dumps(arguments).encode()
        last = 1
        while True:
            try:
                response = self._sent(operation, body)
            except HTTPError as error:
                if last == _TRIES:
                    raise AwsError(_kind(error), f"no answer ({_kind(error)})") from error
            else:
                try:
                    return _answer(response)
                except AwsError as error:
                    is_busy = response.status in _RETRIED or error.code in _THROTTLED
                    if last == _TRIES or not is_busy:
                        raise
            last += 1

    def _sent(self, operation: str, body: bytes) -> urllib3.BaseHTTPResponse:
        seconds = patience(self._read_seconds, ANSWER_SECONDS)
        if seconds < min(self._connect_seconds, self._read_seconds) / 2:
            raise urllib3.exceptions.TimeoutError
        headers = {
            "host": self._host,
            "content-type": f"application/x-amz-json-{self._version}",
            "x-amz-target": f"{self._target}.{operation}",
        }
        return self._pool.request(
            "POST",
            f"{self._origin}/",
            body=body,
            headers=signed_headers(
                own_credentials(), self._region, self._service, headers, body, datetime.now(UTC)
            ),
            timeout=urllib3.Timeout(connect=min(self._connect_seconds, seconds), read=seconds),
            retries=False,
        )

    @cached_property
    def _pool(self) -> urllib3.PoolManager:
        """Trusts and passes what boto3 would: AWS_CA_BUNDLE, and the proxies of the environment."""
        tls = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)
        options: Any = {"maxsize": _CONNECTIONS, "ssl_context": tls}
        proxy = getproxies().get(urlsplit(self._origin).scheme)
        if proxy and not proxy_bypass(self._host):
            return urllib3.ProxyManager(proxy, **options)
        return urllib3.PoolManager(**options)


def _answer(response: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    """What a service answered. Raises AwsError: a proxy may answer in its place, which need not be JSON."""
    try:
        content = json.loads(response.data)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise AwsError(f"HTTP {response.status}", f"HTTP {response.status}, without JSON")
    if response.status == 200:
        return content
    code = str(content.get("__type", f"HTTP {response.status}")).rpartition("#")[2]
    said = content.get("message") or content.get("Message")
    raise AwsError(code, f"{code}: {said}" if said else code)


def _kind(error: HTTPError) -> str:
    if isinstance(error, NewConnectionError):  # which is a TimeoutError
        return "nobody listens there"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "it took too long"
    return type(error).__name__.removesuffix("Error")
