"""Reads a secret from Secrets Manager by its ARN."""

import os
import time
from collections.abc import Mapping
from functools import cache

from tams.aws.credentials import NoCredentialsError
from tams.aws.json_api import AwsError, JsonApi
from tams.deadline import within
from tams.errors import TamsError

_SECONDS = 4.0
"""For all tries together: well before a function's time is over, so that it can still answer 503."""
_SUFFIXES: Mapping[str, str] = {
    "aws-cn": "amazonaws.com.cn",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-eusc": "amazonaws.eu",
}
"""What names of hosts end with, by partition; elsewhere `amazonaws.com`. Source: AWS service endpoints."""

_read: dict[str, tuple[float, str]] = {}
"""When each secret was read, and its value then."""


class SecretUnavailableError(TamsError):
    """A secret cannot be read, or has the wrong content; the message never quotes it."""


def read_secret(arn: str, max_age_seconds: int = 0) -> str:
    """Its current value, or that of `max_age_seconds` ago. Raises SecretUnavailableError."""
    found = _read.get(arn)
    if found is not None and time.monotonic() < found[0] + max_age_seconds:
        return found[1]
    try:
        with within(_SECONDS):
            answer = _secrets_manager(*_place(arn)).call("GetSecretValue", {"SecretId": arn})
    except (AwsError, NoCredentialsError) as error:
        raise SecretUnavailableError(f"{arn} cannot be read: {error}") from error
    value = answer.get("SecretString")
    if not isinstance(value, str):
        raise SecretUnavailableError(f"{arn} has no text: store it as SecretString")
    _read[arn] = (time.monotonic(), value)
    return value


def _place(arn: str) -> tuple[str, str]:
    """Its region, and the URL of the service there. A name without ARN is in the function's region."""
    _, partition, _, region, *_ = [*arn.split(":"), "", "", ""] if ":" in arn else ["", "", "", ""]
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")
    asked = os.environ.get("AWS_ENDPOINT_URL_SECRETS_MANAGER") or os.environ.get("AWS_ENDPOINT_URL")
    suffix = _SUFFIXES.get(partition, "amazonaws.com")
    return region, asked or f"https://secretsmanager.{region}.{suffix}"


@cache
def _secrets_manager(region: str, url: str) -> JsonApi:
    return JsonApi(
        "secretsmanager",
        "secretsmanager",
        "1.1",
        url=url,
        region=region,
        connect_seconds=1,
        read_seconds=3,
    )
