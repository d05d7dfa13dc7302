"""The methods of a path: those of its routes (GEN-16), and HEAD for every GET (GEN-2)."""

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IS_HEAD = "tams.head"
"""Set in the scope of a HEAD request, so that a route may skip what only a body shows."""


_CHANGED_ELSEWHERE = {
    "/source-collections": "the collections of Sources follow from those of their Flows: change these, "
    "at /collections or in a Flow's flow_collection"
}
"""Why paths take no writes, and which request would change what they show. By their first part."""


class HeadMiddleware:
    """Answers HEAD as GET would: the same work, status and headers, no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The length of a body that was never rendered would be a guess.
                headers = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                message = {**message, "headers": headers}
            elif message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", IS_HEAD: True}, receive, without_body)


def changed_elsewhere(path: str) -> str:
    """How to make the change elsewhere; empty if nothing else makes it."""
    return _CHANGED_ELSEWHERE.get("/" + path.split("/")[1], "")


def allowed_methods(request: Request) -> list[str]:
    found: set[str] = set()
    for route in iter_route_contexts(request.app.state.routes):
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    if "GET" in found:
        found.add("HEAD")
    return sorted(found)
