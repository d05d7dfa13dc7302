"""The Lambda edge of an API function: an event in, a response and a log line out."""

import asyncio
import threading
import time
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from tams.api.answer_encoding import encoded
from tams.api.app import create_app
from tams.api.public_url import IS_ENCODED_TWICE, PUBLIC_URL, base_path, public_url
from tams.api.raw_path import form_of, readings
from tams.api.security import secured
from tams.deadline import invocation
from tams.models.address import AddressRules
from tams.ports import Platform
from tams.runtime.cloudwatch import flush_metrics, use_cloudwatch
from tams.runtime.deployment import deployment
from tams.runtime.request_log import log_request
from tams.runtime.time_left import seconds_left_of

Event = dict[str, Any]

TEXTS = [*DEFAULT_TEXT_MIME_TYPES, "application/dash+xml", "application/vnd.apple.mpegurl"]
"""Anything else would leave as base64, a third larger, and not gzipped."""

_thread = threading.local()


def api_handler(
    router: APIRouter, platform: Callable[[], Platform] = deployment
) -> Callable[[Event, Any], Event]:
    """The `lambda_handler` of an API function; the app is built at the first event and kept."""
    use_cloudwatch()

    @cache
    def address() -> AddressRules:
        settings = platform().settings
        return AddressRules(settings.public_url, settings.trust_forwarded, settings.gateway_scheme)

    @cache
    def adapter() -> Mangum:
        own_loop()
        return Mangum(create_app(router, platform()), lifespan="off", text_mime_types=TEXTS)

    def lambda_handler(event: Event, context: Any) -> Event:
        own_loop()  # Mangum runs the app on it
        started = time.perf_counter()
        http = event["requestContext"]["http"]
        request = {
            **event,
            "headers": _without_address(event),
            PUBLIC_URL: public_url(event, address()),
        }
        path = event["rawPath"].removeprefix(base_path(event)) or "/"
        wanted = event.get("headers", {}).get("accept-encoding", "")
        with invocation(seconds_left_of(context)):
            first, *others = readings(path, form_of(event, platform().settings.gateway_path))
            answered = adapter()(_matching(request, first), context)
            for other in others:
                if answered["statusCode"] == HTTPStatus.NOT_FOUND:
                    second = adapter()(
                        {**_matching(request, other), IS_ENCODED_TWICE: True}, context
                    )
                    answered = answered if second["statusCode"] == HTTPStatus.NOT_FOUND else second
        answer: Event = secured(
            encoded(answered, http["method"], wanted), event["requestContext"].get("requestId", "")
        )
        log_request(event, answer["statusCode"], time.perf_counter() - started)
        flush_metrics()
        return answer

    return lambda_handler


def _matching(request: Event, path: str) -> Event:
    """The request, with the path that the routes are to match."""
    context = request["requestContext"]
    return {**request, "requestContext": {**context, "http": {**context["http"], "path": path}}}


def _without_address(event: Event) -> dict[str, str]:
    """The headers, without the three that Mangum builds a server address from.

    Clients can spell these so that Mangum fails or misreads the path. `public_url` supplies the address.
    """
    return {
        name: value
        for name, value in event.get("headers", {}).items()
        if name.lower() not in ("host", "x-forwarded-port", "x-forwarded-proto")
    }


class _OwnLoop:
    """Closed when its thread ends, which lets go of it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()

    def __del__(self) -> None:
        self.loop.close()


def own_loop() -> asyncio.AbstractEventLoop:
    """The event loop of this thread, made by its first request: only the main thread comes with one."""
    if not hasattr(_thread, "own"):
        _thread.own = _OwnLoop()
        asyncio.set_event_loop(_thread.own.loop)
    loop: asyncio.AbstractEventLoop = _thread.own.loop
    return loop
