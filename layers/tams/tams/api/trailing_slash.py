"""Ignores a trailing slash: `/flows/` means `/flows`, for reads and writes.

API Gateway cannot route paths that end in a slash, so such a request may reach a function that does not have
the route. The function answers with a 308 redirect, which keeps method and body.
"""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import RedirectResponse
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send


class TrailingSlashMiddleware:
    def __init__(self, app: ASGIApp, routes: list[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "/")
        bare = path.rstrip("/")
        if scope["type"] != "http" or bare == path or not bare:
            await self._app(scope, receive, send)
            return
        inner = {**scope, "path": bare}
        if any(
            route.matches(inner)[0] is not Match.NONE for route in iter_route_contexts(self._routes)
        ):
            await self._app(inner, receive, send)
            return
        answer = RedirectResponse(_relative(scope, bare), HTTPStatus.PERMANENT_REDIRECT)
        await answer(scope, receive, send)


def ends_in_slash(request: Request) -> bool:
    """Whether the client's path does: for what must not happen when a value at its end is empty."""
    return str(request.scope["aws.event"]["rawPath"]).endswith("/")


def _relative(scope: Scope, bare: str) -> str:
    """Relative to the request, so that it is correct below any stage, base path or proxy."""
    query = scope["query_string"].decode("latin-1")
    up = "../" * (len(scope["path"]) - len(bare))
    return f"{up}{bare.rpartition('/')[2]}" + (f"?{query}" if query else "")
