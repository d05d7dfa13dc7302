"""Certificate authorities of private servers, as the file that TLS libraries take."""

import json
import os
import tempfile
from collections.abc import Callable
from functools import cache

from tams.errors import BackendUnavailableError
from tams.runtime.secrets import SecretUnavailableError, read_secret
from tams.settings.section import TrustSettings

_BEGIN = "-----BEGIN CERTIFICATE-----"


def ca_file_finder(
    settings: TrustSettings, read: Callable[[str], str] = read_secret
) -> Callable[[], str | None]:
    """Returns the file's path, or None for the public authorities. Raises BackendUnavailableError.

    A secret is read at the first call that succeeds, and kept as long as the process.
    """
    if arn := settings.ca_bundle_secret_arn:
        return lambda: _file_from(arn, read)
    return lambda: settings.ca_bundle or None


@cache
def _file_from(arn: str, read: Callable[[str], str]) -> str:
    try:
        text = _pem_in(read(arn))
    except SecretUnavailableError as error:
        raise BackendUnavailableError(
            "the secret with the certificate authorities cannot be read"
        ) from error
    descriptor, path = tempfile.mkstemp(prefix="tams-ca-", suffix=".pem")
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return path


def _pem_in(secret: str) -> str:
    """Raises SecretUnavailableError."""
    text = secret
    if not secret.lstrip().startswith(_BEGIN):
        try:
            text = str(json.loads(secret)["ca_bundle"])
        except (ValueError, KeyError, TypeError):
            text = ""
    if _BEGIN not in text:
        raise SecretUnavailableError(
            f"the secret must be certificates in PEM ({_BEGIN}) or a JSON object with ca_bundle"
        )
    return text
