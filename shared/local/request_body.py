"""The body of a request: whole, in time, and no larger than API Gateway would take."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

BODY_BYTES_MAX = 10 * 1024 * 1024
"""Of a request, HTTP APIs."""
BODY_TIMEOUT_SECONDS = 30.0

Receive = Callable[[], Awaitable[dict[str, Any]]]


class BodyTooLargeError(Exception):
    """It is over API Gateway's limit."""


class BodyTooSlowError(Exception):
    """It did not come in time."""


class ClientGoneError(Exception):
    """The client left before all of it had come."""


async def read_body(receive: Receive, length: int, seconds_max: float) -> bytes:
    """`length` is what the client announced. The errors are raised before the rest is read."""
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
