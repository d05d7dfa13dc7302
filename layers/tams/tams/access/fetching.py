"""Fetches an issuer's keys from the configured address, or from the one the issuer publishes.

Source: OpenID Connect Discovery 1.0, section 4.
"""

import json
import time
from typing import Any

import urllib3

from tams.access.addresses import is_safe
from tams.access.errors import CredentialStoreUnavailableError

_TIMEOUT = urllib3.Timeout(connect=2.0, read=3.0)
_WHOLE_SECONDS = 5.0
"""Time for the whole answer: a slow one would hold up every caller with a token of this issuer."""
_BYTES_MAX = 256 * 1024
_DISCOVERY = "/.well-known/openid-configuration"


class IssuerClient:
    """Follows no redirects: it fetches only from the address it was given."""

    def __init__(self, issuer: str, jwks_uri: str | None) -> None:
        self._issuer = issuer
        self._configured = jwks_uri
        self._discovered: str | None = None
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    def fetch(self) -> dict[str, Any]:
        """The key set. Raises CredentialStoreUnavailableError."""
        if self._configured is not None:
            return self._get(self._configured)
        if self._discovered is None:
            self._discovered = self._discover()
        try:
            return self._get(self._discovered)
        except CredentialStoreUnavailableError:
            self._discovered = None  # it may have moved
            raise

    def _discover(self) -> str:
        document = self._get(self._issuer.rstrip("/") + _DISCOVERY)
        found = document.get("jwks_uri")
        if document.get("issuer") != self._issuer or not isinstance(found, str):
            raise CredentialStoreUnavailableError(
                "the issuer's configuration lacks jwks_uri, or names another issuer"
            )
        if not is_safe(found, at_least_as=self._issuer):
            raise CredentialStoreUnavailableError("the issuer's jwks_uri must be an https URL")
        return found

    def _get(self, url: str) -> dict[str, Any]:
        deadline = time.monotonic() + _WHOLE_SECONDS
        try:
            answer = self._pool.request("GET", url, redirect=False, preload_content=False)
            with answer:
                body = _read(answer, deadline)
            document = json.loads(body) if answer.status == 200 else None
        except (urllib3.exceptions.HTTPError, ValueError, RecursionError) as error:
            raise CredentialStoreUnavailableError(
                f"{url} did not answer, or not with JSON: {type(error).__name__}"
            ) from error
        if not isinstance(document, dict):
            raise CredentialStoreUnavailableError(
                f"{url} answered {answer.status}: expected 200 and a JSON object"
            )
        return document


def _read(answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """Raises ValueError for an answer that takes too long, or is too long."""
    body = b""
    while chunk := answer.read1(_BYTES_MAX):
        body += chunk
        if len(body) > _BYTES_MAX or time.monotonic() > deadline:
            raise ValueError("the key set is too large, or took too long to arrive")
    return body
