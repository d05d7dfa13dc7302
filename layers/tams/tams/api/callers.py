"""Identifies the caller from the authorizer's finding. Unknown callers get no further (AUT-5).

A request without a finding has no caller, whatever the reason.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tams.api.error_body import RETRY_AFTER_SECONDS, error_body
from tams.models.caller import Caller
from tams.token_paths import has_token

CALLER = "tams.caller"
PUBLIC_ROUTES = frozenset(
    {
        *("/health", "/health/ready", "/openapi.json", "/docs", "/docs/{asset}"),
        *("/console", "/console/{file}"),
    }
)
"""Open to anyone: the health of the service, the description of its API, and the console's own files."""
_PUBLIC_FOLDERS = ("/docs/", "/console/")
TOKEN_ROUTES = frozenset(
    f"/playback/{{token}}/{rest}"
    for rest in (
        "{name}",
        "flows/{flowId}/hls.m3u8",
        "flows/{flowId}/output.m3u8",
        "flows/{flowId}/dash.mpd",
        "sources/{sourceId}/hls.m3u8",
        "sources/{sourceId}/dash.mpd",
        "flows/{flowId}/thumbnail",
        "sources/{sourceId}/thumbnail",
    )
)
"""Open to the bearer of the token in the path, which each of these routes checks itself."""

_BEARER = 'Bearer realm="tams"'
_BASIC = 'Basic realm="tams", charset="UTF-8"'


class CallerMiddleware:
    """Answers 401, 429 or 503 itself when the caller is unknown. A browser's preflight passes without one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            finding = finding_of(scope.get("aws.event", {}))
            if "caller" in finding:
                scope = {**scope, CALLER: Caller.from_json(finding["caller"])}
            elif (answer := _answer(scope, finding)) is not None:
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def finding_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the authorizer found out about this request."""
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    finding: Mapping[str, Any] = authorizer.get("lambda") or {}
    return finding


def caller_of(request: Request) -> Caller:
    found: Caller = request.scope[CALLER]
    return found


def _answer(scope: Scope, finding: Mapping[str, Any]) -> Response | None:
    if scope["path"] in PUBLIC_ROUTES or scope["path"].startswith(_PUBLIC_FOLDERS):
        return None
    if has_token(scope["path"]):
        return None
    if scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
        return Response(status_code=HTTPStatus.NO_CONTENT)
    why = finding.get("refusal", "this service requires credentials")
    if finding.get("kind") == "limited":
        headers = {"Retry-After": finding["retry_after"]}
        body = error_body("TooManyRequests", why)
        return JSONResponse(body, HTTPStatus.TOO_MANY_REQUESTS, headers)
    if finding.get("kind") == "unavailable":
        headers = {"Retry-After": RETRY_AFTER_SECONDS}
        body = error_body("BackendUnavailable", why)
        return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE, headers)
    fault = f', error="invalid_token", error_description="{why}"' if finding.get("refusal") else ""
    if finding.get("kind") == "none":  # RFC 6750, section 3.1: without credentials, no error code
        fault = ""
    headers = {"WWW-Authenticate": f"{_BEARER}{fault}, {_BASIC}"}
    return JSONResponse(error_body("Unauthorized", why), HTTPStatus.UNAUTHORIZED, headers)
