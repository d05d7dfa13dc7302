"""CORS, answered by the gateway itself according to HttpApi's CorsConfiguration."""

import re
from collections.abc import Iterator

from local.application import Cors
from local.http_events import HttpAnswer, HttpRequest

_PREFIX = b"access-control-"

LOOPBACK_ORIGINS = ",".join(
    f"{scheme}://{host}:*"
    for scheme in ("http", "https")
    for host in ("localhost", "127.0.0.1", "[::1]")
)
"""Pages served from this machine, at any port. API Gateway has no such wildcard; this stack does."""


class CorsPolicy:
    def __init__(self, cors: Cors | None) -> None:
        self._cors = cors

    def allows(self, origin: str) -> bool:
        """Whether pages of `origin` may call; all may if the template says nothing."""
        return self._cors is None or _allowed(origin, self._cors)

    def preflight(self, request: HttpRequest) -> HttpAnswer | None:
        """The answer to an OPTIONS request; None when the template leaves it to a function."""
        if self._cors is None or request.method != "OPTIONS":
            return None
        return HttpAnswer(204, [], b"")

    def applied(self, answer: HttpAnswer, request: HttpRequest) -> HttpAnswer:
        """`answer` with the gateway's CORS headers, which replace those of the function."""
        if self._cors is None:
            return answer
        kept = [pair for pair in answer.headers if not pair[0].startswith(_PREFIX)]
        return HttpAnswer(answer.status, [*kept, *_headers(self._cors, request)], answer.body)


def _headers(cors: Cors, request: HttpRequest) -> Iterator[tuple[bytes, bytes]]:
    origin = request.header(b"origin")
    if "*" in cors.allow_origins and not cors.allow_credentials:
        yield _PREFIX + b"allow-origin", b"*"
    elif origin and _allowed(origin, cors):
        yield _PREFIX + b"allow-origin", origin.encode("latin-1")
        yield b"vary", b"Origin"
    else:
        return
    if cors.allow_credentials:
        yield _PREFIX + b"allow-credentials", b"true"
    if cors.expose_headers:
        yield _PREFIX + b"expose-headers", ",".join(cors.expose_headers).encode()
    if request.method != "OPTIONS":
        return
    yield _PREFIX + b"allow-methods", ",".join(_methods(cors, request)).encode()
    yield _PREFIX + b"allow-headers", ",".join(_allowed_headers(cors, request)).encode()
    if cors.max_age_seconds is not None:
        yield _PREFIX + b"max-age", str(cors.max_age_seconds).encode()


def _allowed(origin: str, cors: Cors) -> bool:
    return any(
        each in ("*", origin) or (each.endswith(":*") and _is_at_any_port(origin, each[:-2]))
        for each in cors.allow_origins
    )


def _is_at_any_port(origin: str, place: str) -> bool:
    rest = origin.removeprefix(place)
    return origin.startswith(place) and re.fullmatch(r"(:\d{1,5})?", rest, re.ASCII) is not None


def _methods(cors: Cors, request: HttpRequest) -> tuple[str, ...]:
    asked = request.header(b"access-control-request-method")
    return (asked,) if asked and "*" in cors.allow_methods else cors.allow_methods


def _allowed_headers(cors: Cors, request: HttpRequest) -> tuple[str, ...]:
    """The requested ones where all are allowed, since `*` does not include Authorization."""
    asked = request.header(b"access-control-request-headers")
    return (asked,) if asked and "*" in cors.allow_headers else cors.allow_headers
