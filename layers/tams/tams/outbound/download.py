"""Downloads bytes from a URL given by a client, but only from where the policy allows (OBJ-14)."""

import http.client
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urljoin

from tams.errors import BackendUnavailableError, InvalidRequestError
from tams.outbound.guarded_connection import (
    ConnectError,
    TargetRefusedError,
    guarded_connection,
    request_target,
)
from tams.outbound.targets import TargetPolicy

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_MAX = 5


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a response; `length` is its Content-Length."""

    response: http.client.HTTPResponse
    length: int | None

    def read(self, size: int = -1, /) -> bytes:
        return self.response.read(None if size < 0 else size)


@dataclass(frozen=True, slots=True)
class Downloader:
    """`timeout_seconds` bounds the connection and every wait for bytes, not the whole download."""

    policy: TargetPolicy
    timeout_seconds: float
    user_agent: str

    @contextmanager
    def __call__(self, url: str) -> Iterator[Body]:
        """Follows redirects, and judges each target anew. Raises BackendUnavailableError."""
        for _ in range(_REDIRECTS_MAX):
            connection = self._connected(url)
            try:
                connection.request(
                    "GET", request_target(url), headers={"User-Agent": self.user_agent}
                )
                response = connection.getresponse()
                location = response.headers.get("Location")
                if response.status in _REDIRECTS and location:
                    url = _redirected(url, location)
                    continue
                if response.status != http.client.OK:
                    raise BackendUnavailableError(f"the Object's URL answered {response.status}")
                yield Body(response, response.length)
            except (OSError, http.client.HTTPException) as error:
                raise BackendUnavailableError(
                    f"the connection to the Object's URL broke off ({type(error).__name__})"
                ) from error
            finally:
                connection.close()
            return
        raise BackendUnavailableError("the Object's URL redirects too often")

    def _connected(self, url: str) -> http.client.HTTPConnection:
        try:
            self.policy.check_url(url)
            connection = guarded_connection(url, self.policy, timeout_seconds=self.timeout_seconds)
            connection.connect()
        except InvalidRequestError as error:
            raise BackendUnavailableError("the Object's URL must not be fetched") from error
        except TargetRefusedError as error:
            raise BackendUnavailableError(
                "the Object's URL leads to an address that must not be fetched from"
            ) from error
        except (ConnectError, OSError) as error:
            raise BackendUnavailableError(
                f"the Object's URL could not be reached: {error}"
            ) from error
        return connection


def _redirected(url: str, location: str) -> str:
    """Raises BackendUnavailableError. Bytes beyond ASCII, which arrived decoded as Latin-1, are kept."""
    try:
        return urljoin(url, quote(location.encode("latin-1"), safe=string.punctuation))
    except ValueError as error:
        raise BackendUnavailableError("the Object's URL redirects to a malformed URL") from error
