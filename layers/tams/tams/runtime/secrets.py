"""Reads a secret from Secrets Manager by its ARN."""

from functools import cache
from typing import TYPE_CHECKING

from tams.deadline import within
from tams.errors import TamsError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

_SECONDS = 4.0
"""For all tries together."""


class SecretUnavailableError(TamsError):
    """A secret cannot be read, or has the wrong content; the message never quotes it."""


def read_secret(arn: str, max_age_seconds: int = 0) -> str:
    """Its current value, or that of `max_age_seconds` ago. Raises SecretUnavailableError."""
    from aws_lambda_powertools.utilities.parameters import GetParameterError  # noqa: PLC0415 - as below
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415

    try:
        with within(_SECONDS):
            return str(_provider().get(arn, max_age=max_age_seconds))
    except (GetParameterError, BotoCoreError) as error:  # the latter without a region
        raise SecretUnavailableError(f"{arn} cannot be read: {error}") from error


@cache
def _provider() -> "SecretsProvider":
    """Gives up well before a function's time is over, so that the function can still answer 503."""
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # noqa: PLC0415 - boto3 is slow

    from tams.aws_client import aws_client  # noqa: PLC0415

    return SecretsProvider(boto3_client=aws_client("secretsmanager", 1, 3))
