"""Headers on every response that keep a browser from doing harm with it."""

from http import HTTPStatus
from typing import Any

HEADERS = {
    "cache-control": "no-store",  # responses contain URLs that open media
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # access_token is in the URL
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}


REQUEST_ID = "x-request-id"
"""By which a failure is found in the log, where it is called correlation_id."""


def traced(status: int, request_id: object) -> dict[str, str]:
    """The header that a failure has on top."""
    return {REQUEST_ID: str(request_id)} if status >= HTTPStatus.BAD_REQUEST else {}


def secured(answer: dict[str, Any], request_id: object) -> dict[str, Any]:
    """Adds these headers to a Lambda response; headers set by the route are kept."""
    more = traced(answer["statusCode"], request_id)
    return {**answer, "headers": {**HEADERS, **more, **answer.get("headers", {})}}
