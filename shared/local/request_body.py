"""Reads a request's body: whole, in time, and no larger than API Gateway accepts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

BODY_BYTES_MAX = 10 * 1024 * 1024
"""The limit of HTTP APIs for a request."""
BODY_TIMEOUT_SECONDS = 30.0

Receive = Callable[[], Awaitable[dict[str, Any]]]


class BodyTooLargeError(Exception):
    """The body exceeds API Gateway's limit."""


class BodyTooSlowError(Exception):
    """The body did not arrive in time."""


class ClientGoneError(Exception):
    """The client disconnected before the whole body had arrived."""


async def read_body(receive: Receive, length: int, seconds_max: float) -> bytes:
    """`length` is what the client announced. Errors are raised before the rest is read."""
    if length > BODY_BYTES_MAX:
        raise BodyTooLargeError
    body = bytearray()
    more = True
    until = asyncio.get_running_loop().time() + seconds_max
    while more:
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError as error:
            raise BodyTooSlowError from error
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_BYTES_MAX:
            raise BodyTooLargeError
    return bytes(body)
