"""A TAMS client: JSON over HTTP, patient with a server that restarts, clear about refusals."""

import time
from collections.abc import Iterator
from typing import Any, Self

import httpx

from cli.faults import CommandError

RETRIED_STATUSES = frozenset({502, 503, 504})
RETRIED_MEDIA_STATUSES = RETRIED_STATUSES | {500}
"""S3 says InternalError for what may well succeed the next time, and asks for the request again."""

PAUSE_SECONDS = 0.5


class Client:
    """`patience_seconds` is how long a server that is away is waited for, in each request."""

    def __init__(
        self, url: str, token: str | None = None, *, patience_seconds: float = 60.0
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = url.rstrip("/")
        self._api = httpx.Client(base_url=self._url, headers=headers, timeout=60)
        self._media = httpx.Client(timeout=300)
        self._patience_seconds = patience_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._api.close()
        self._media.close()

    def find(self, path: str) -> dict[str, Any] | None:
        """The document at `path`, None when there is none."""
        response = self._patiently(self._api, "GET", path)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        found: dict[str, Any] = _accepted(response).json()
        return found

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = _accepted(self._patiently(self._api, "GET", path)).json()
        return found

    def pages(self, path: str, **parameters: str) -> Iterator[Any]:
        """Every item of a listing, page by page."""
        response = _accepted(self._patiently(self._api, "GET", path, params=parameters))
        yield from response.json()
        while "next" in response.links:
            url = response.links["next"]["url"]
            response = _accepted(self._patiently(self._api, "GET", url))
            yield from response.json()

    def put(self, path: str, body: object) -> None:
        _accepted(self._patiently(self._api, "PUT", path, json=body))

    def post(self, path: str, body: object) -> Any:
        """The answer's JSON, None when it has none."""
        response = _accepted(self._patiently(self._api, "POST", path, json=body))
        return response.json() if response.content else None

    def delete(self, path: str, **parameters: str) -> None:
        _accepted(self._patiently(self._api, "DELETE", path, params=parameters))

    def why_missing(self, path: str) -> str | None:
        """What the server says of something that is not there; None when it is there."""
        response = self._patiently(self._api, "GET", path)
        missing = response.status_code == httpx.codes.NOT_FOUND
        return str(response.json().get("summary", "")) if missing else None

    def upload(self, url: str, headers: dict[str, str], media: bytes) -> None:
        _accepted(self._patiently(self._media, "PUT", url, content=media, headers=headers))

    def download(self, url: str) -> bytes:
        return _accepted(self._patiently(self._media, "GET", url)).content

    def _patiently(
        self, http: httpx.Client, method: str, url: str, **arguments: Any
    ) -> httpx.Response:
        deadline = time.monotonic() + self._patience_seconds
        retried = RETRIED_MEDIA_STATUSES if http is self._media else RETRIED_STATUSES
        while True:
            try:
                response = http.request(method, url, **arguments)
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise CommandError(self._unreachable(error)) from error
            else:
                if response.status_code not in retried or time.monotonic() > deadline:
                    return response
            time.sleep(PAUSE_SECONDS)

    def _unreachable(self, error: Exception) -> str:
        return (
            f"{self._url} does not answer ({error}). Start a local server with `make run`, "
            "or name another with --url or TAMS_URL."
        )


def _accepted(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    try:
        reason = response.json()["summary"]
    except (ValueError, KeyError, TypeError):
        reason = response.text[:200] or response.reason_phrase
    request = response.request
    raise CommandError(
        f"{request.method} {request.url.path} was refused with {response.status_code}: {reason}"
    )
