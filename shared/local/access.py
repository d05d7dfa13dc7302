"""Who may call the API: anybody without a token, with one only its bearers."""

import hmac
from urllib.parse import parse_qs

from local.error_body import error_answer
from local.http_events import HttpAnswer, HttpRequest

_OPEN_PATHS = {"/health"}


class TokenCheck:
    def __init__(self, token: str | None) -> None:
        self._token = None if token is None else token.encode()

    def refusal(self, request: HttpRequest) -> HttpAnswer | None:
        """The 401 of a request that may not pass."""
        if self._token is None or request.raw_path in _OPEN_PATHS:
            return None
        if any(hmac.compare_digest(self._token, each) for each in _presented(request)):
            return None
        return error_answer(
            401,
            "Unauthorized",
            "this service needs its token: Authorization: Bearer …, or access_token=…",
            [(b"www-authenticate", b'Bearer realm="tams"')],
        )


def _presented(request: HttpRequest) -> list[bytes]:
    scheme, _, token = (request.header(b"authorization") or "").partition(" ")
    bearer = [token.strip()] if scheme.lower() == "bearer" else []
    in_query = parse_qs(request.raw_query).get("access_token", [])
    return [each.encode("utf-8", errors="replace") for each in (*bearer, *in_query)]
