"""Reads servers' responses, and explains unexpected ones to a person."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from cli.addresses import is_local
from cli.errors import CommandError, UnreachableError, one_line

_S3_REASON = re.compile(r"<Message>([^<]{1,300})</Message>")

_FAULTS = frozenset({500, 502, 503, 504})
"""A TAMS API, or the proxy before it, may answer these without a word of explanation."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Responses of the API at `url`, and of the stores that its presigned URLs point to."""

    url: str
    has_token: bool

    def document(self, response: httpx.Response, kind: type[Any]) -> Any:
        """The response's JSON, a list or an object. Raises CommandError."""
        try:
            found = self.accepted(response).json()
        except ValueError:
            raise self._no_tams(response) from None
        if not isinstance(found, kind):
            raise self._no_tams(response)
        return found

    def accepted(self, response: httpx.Response) -> httpx.Response:
        """Raises CommandError."""
        if response.is_success:
            return response
        if response.has_redirect_location:
            target = response.headers["location"]
            raise CommandError(f"{self.url} redirects to {target}: use that address as --url")
        reason = _reason(response)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise UnreachableError(self._unauthorized(reason))
        if reason is None and response.status_code not in _FAULTS:
            raise self._no_tams(response)
        at = ""
        if response.status_code == HTTPStatus.NOT_FOUND:  # perhaps the wrong server was asked
            at = f". The server is {self.url} (--url or TAMS_URL)"
        raise CommandError(f"{_failed_request(response)}: {reason or response.reason_phrase}{at}")

    def is_missing(self, response: httpx.Response) -> bool:
        """Whether a TAMS API reports that it does not exist. A 404 from any other server does not count."""
        return response.status_code == HTTPStatus.NOT_FOUND and _reason(response) is not None

    def accepted_media(self, response: httpx.Response) -> httpx.Response:
        """Raises CommandError without the URL's query, which would give access to the media."""
        if response.is_success:
            return response
        found = _S3_REASON.search(response.text)
        reason = found.group(1) if found else response.reason_phrase
        raise CommandError(
            f"the media store {response.url.host}: {_failed_request(response)}: {reason}"
        )

    def unreachable(self, error: httpx.TransportError) -> UnreachableError:
        """For a server that did not answer, or not with valid HTTP."""
        try:
            url = error.request.url
            at = f"{url.scheme}://{url.netloc.decode()}"
        except RuntimeError:
            at = self.url
        reason = one_line(error) or type(error).__name__
        if "SSL" in reason and at.startswith("https://"):
            hint = f"If the server does not use TLS, give --url {at.replace('https', 'http', 1)}."
        elif is_local(at):
            hint = "Start the local server with `make run`, or name another with --url or TAMS_URL."
        else:
            hint = "Check the address (--url or TAMS_URL) and your network."
        return UnreachableError(f"{at} does not answer ({reason}). {hint}")

    def _unauthorized(self, reason: str | None) -> str:
        if not self.has_token:
            return f"{self.url} needs a token: give one with --token or TAMS_TOKEN"
        why = f": {reason}" if reason else ""
        return f"{self.url} does not accept the token of --token or TAMS_TOKEN{why}"

    def _no_tams(self, response: httpx.Response) -> CommandError:
        kind = response.headers.get("content-type", "no content type").partition(";")[0]
        return CommandError(
            f"{self.url} is not a TAMS API: it answered {response.request.method} "
            f"{response.url.path} with {response.status_code} and {kind}. "
            "Check --url (TAMS_URL), including its path"
        )


def _failed_request(response: httpx.Response) -> str:
    path = urlsplit(str(response.url)).path
    return f"{response.request.method} {path} failed with {response.status_code}"


def _reason(response: httpx.Response) -> str | None:
    """TAMS's `summary`, or a gateway's `message`. A gateway's 404, however, means that no API is there."""
    try:
        body = response.json()
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    missing = response.status_code == HTTPStatus.NOT_FOUND
    found = body.get("summary") or (None if missing else body.get("message"))
    return str(found) if found else None
