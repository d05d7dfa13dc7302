"""A TAMS client: JSON over HTTP, patient while a server restarts, clear about refusals."""

import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Self

import httpx

from cli.answers import Answers
from cli.errors import CommandError

RETRIED_STATUSES = frozenset({502, 503, 504})
RETRIED_MEDIA_STATUSES = RETRIED_STATUSES | {500}
"""S3 uses InternalError for requests that may well succeed the next time, and asks clients to repeat them."""

PAUSE_SECONDS = 0.5


class Client:
    """`patience_seconds` is how long each request waits for a server that has answered before."""

    def __init__(
        self, url: str, token: str | None = None, *, patience_seconds: float = 60.0
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = url.rstrip("/")
        self.url = url
        self._answers = Answers(url, has_token=token is not None)
        self._api = httpx.Client(
            base_url=url, headers=headers, timeout=httpx.Timeout(60, connect=10)
        )
        self._media = httpx.Client(timeout=300)
        self._patience_seconds = patience_seconds
        self._has_answered = False
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._api.close()
        self._media.close()

    def stop(self) -> None:
        """From now on every new request fails, in all threads."""
        self._stopped.set()

    def find(self, path: str, **parameters: str) -> dict[str, Any] | None:
        """The document at `path`, or None when there is none."""
        response = self._patiently(self._api, "GET", path, params=parameters)
        if self._answers.is_missing(response):
            return None
        found: dict[str, Any] = self._answers.document(response, dict)
        return found

    def get(self, path: str, **parameters: str) -> dict[str, Any]:
        response = self._patiently(self._api, "GET", path, params=parameters)
        found: dict[str, Any] = self._answers.document(response, dict)
        return found

    def pages(self, path: str, **parameters: str) -> Iterator[Any]:
        """Every item of a listing, page by page."""
        response = self._patiently(self._api, "GET", path, params=parameters)
        yield from self._answers.document(response, list)
        while "next" in response.links:
            url = response.url.join(response.links["next"]["url"])
            if _origin(url) != _origin(self._api.base_url):
                raise CommandError(  # which would give the token to another server
                    f"the next page is at {url.host}, not at {self._api.base_url.host}: use the address "
                    "that the service gives as its own, or set TAMS_PUBLIC_URL on the server"
                )
            response = self._patiently(self._api, "GET", str(url))
            yield from self._answers.document(response, list)

    def put(self, path: str, body: object) -> None:
        self._answers.accepted(self._patiently(self._api, "PUT", path, json=body))

    def post(self, path: str, body: object, **parameters: str) -> Any:
        """The response's JSON, or None when it has none."""
        response = self._patiently(self._api, "POST", path, json=body, params=parameters)
        self._answers.accepted(response)
        return self._answers.document(response, dict) if response.content else None

    def post_list(self, path: str, items: list[Any]) -> list[Any]:
        """The response's JSON, which is a list too."""
        response = self._answers.accepted(self._patiently(self._api, "POST", path, json=items))
        found: list[Any] = self._answers.document(response, list)
        return found

    def delete(self, path: str, **parameters: str) -> str | None:
        """The id of the deletion request, if the service continues in the background."""
        response = self._patiently(self._api, "DELETE", path, params=parameters)
        if self._answers.accepted(response).status_code != HTTPStatus.ACCEPTED:
            return None
        return str(self._answers.document(response, dict)["id"])

    def delete_if_there(self, path: str) -> None:
        """Somebody else may have deleted it in the meantime."""
        response = self._patiently(self._api, "DELETE", path)
        if not self._answers.is_missing(response):
            self._answers.accepted(response)

    def why_missing(self, path: str) -> str | None:
        """The server's explanation of a missing resource; None when it exists."""
        response = self._patiently(self._api, "GET", path)
        missing = self._answers.is_missing(response)
        return str(response.json().get("summary", "")) if missing else None

    def upload(self, url: str, headers: dict[str, str], media: bytes) -> None:
        response = self._patiently(self._media, "PUT", url, content=media, headers=headers)
        self._answers.accepted_media(response)

    def download(self, url: str) -> bytes:
        return self._answers.accepted_media(self._patiently(self._media, "GET", url)).content

    def _patiently(
        self, http: httpx.Client, method: str, url: str, **arguments: Any
    ) -> httpx.Response:
        deadline = time.monotonic() + self._patience_seconds
        retried = RETRIED_MEDIA_STATUSES if http is self._media else RETRIED_STATUSES
        while not self._stopped.is_set():
            try:
                response = http.request(method, url, **arguments)
            except httpx.ConnectError as error:
                # Before its first answer a server is more likely absent than restarting.
                if not self._has_answered or time.monotonic() > deadline:
                    raise self._answers.unreachable(error) from error
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise self._answers.unreachable(error) from error
            else:
                self._has_answered = True
                if response.status_code not in retried or time.monotonic() > deadline:
                    return response
            self._stopped.wait(PAUSE_SECONDS)
        raise CommandError("interrupted")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
