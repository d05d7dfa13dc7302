"""Asks an issuer for its keys: at the address that is configured, or that it names itself.

Source: OpenID Connect Discovery 1.0, section 4.
"""

import json
from typing import Any

import urllib3

from tams.access.faults import SourceUnavailableError

_TIMEOUT = urllib3.Timeout(connect=2.0, read=3.0)
_BYTES_MAX = 256 * 1024
_DISCOVERY = "/.well-known/openid-configuration"


class IssuerClient:
    """Follows no redirect: what it was told is where it asks."""

    def __init__(self, issuer: str, jwks_uri: str | None) -> None:
        self._issuer = issuer
        self._jwks_uri = jwks_uri
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    def fetch(self) -> dict[str, Any]:
        """The key set. Raises SourceUnavailableError."""
        if self._jwks_uri is None:
            self._jwks_uri = self._discovered()
        return self._get(self._jwks_uri)

    def _discovered(self) -> str:
        document = self._get(self._issuer.rstrip("/") + _DISCOVERY)
        found = document.get("jwks_uri")
        if document.get("issuer") != self._issuer or not isinstance(found, str):
            raise SourceUnavailableError("the issuer's configuration is that of another")
        if found.startswith("http://") and not self._issuer.startswith("http://"):
            raise SourceUnavailableError("the issuer's keys are not to be had by https")
        return found

    def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = self._pool.request("GET", url, redirect=False, preload_content=False)
            with answer:
                body = answer.read(_BYTES_MAX)
            document = json.loads(body) if answer.status == 200 else None
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise SourceUnavailableError(f"{url} does not answer as it should") from error
        if not isinstance(document, dict):
            raise SourceUnavailableError(f"{url} answers {answer.status}, or with no JSON object")
        return document
