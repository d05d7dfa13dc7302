"""HEAD for every GET: the same work, status and headers, no body (GEN-2)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

IS_HEAD = "tams.head"
"""Set in the scope of a HEAD request, so that a route may leave out what only a body shows."""


class HeadMiddleware:
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
