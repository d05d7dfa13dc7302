"""The keys of this process, from where all AWS clients take them."""

import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from tams.errors import TamsError


class NoCredentialsError(TamsError):
    """The process has no keys for AWS."""


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key: str
    secret_key: str
    session_token: str | None = None


def own_credentials() -> Credentials:
    """Of the function's role, which Lambda hands over in the environment. Raises NoCredentialsError.

    botocore knows all other places (profiles, containers, instances) and renews what expires. It is not
    loaded without need: it takes 0.15 s of CPU.
    """
    access_key, secret_key = (
        os.environ.get(f"AWS_{name}") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
    )
    if access_key and secret_key:
        return Credentials(access_key, secret_key, os.environ.get("AWS_SESSION_TOKEN") or None)
    if (found := _elsewhere()) is None:
        raise NoCredentialsError("this process has no credentials for AWS")
    now = found.get_frozen_credentials()
    return Credentials(now.access_key, now.secret_key, now.token)


@cache
def _elsewhere() -> Any:
    from botocore.session import get_session  # noqa: PLC0415 - slow, and Lambda does not need it

    return get_session().get_credentials()
