"""HTTP requests and answers, from and to an ASGI server."""

from collections.abc import Awaitable, Callable
from typing import Any

from local.http_events import HttpAnswer, HttpRequest

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_LOOPBACK = "127.0.0.1"


def request_of(scope: Scope) -> HttpRequest:
    client, server = scope.get("client"), scope.get("server")
    return HttpRequest(
        method=scope["method"],
        raw_path=scope["raw_path"].decode("latin-1"),
        raw_query=scope["query_string"].decode("latin-1"),
        headers=scope["headers"],
        body=b"",
        source_ip=client[0] if client else _LOOPBACK,
        scheme=scope["scheme"],
        http_version=scope["http_version"],
        server_ip=server[0] if server else _LOOPBACK,
        port=server[1] if server else 0,
    )


async def send_answer(send: Send, answer: HttpAnswer, method: str) -> None:
    headers = list(answer.headers)
    bodiless = answer.status in (204, 304) or method == "HEAD"
    if not bodiless:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else answer.body})
