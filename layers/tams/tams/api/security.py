"""Headers on every response that keep a browser from doing harm with it."""

from typing import Any

HEADERS = {
    "cache-control": "no-store",  # responses contain URLs that open media
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # access_token is in the URL
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}


def secured(answer: dict[str, Any]) -> dict[str, Any]:
    """Adds these headers to a Lambda response; headers set by the route are kept."""
    return {**answer, "headers": {**HEADERS, **answer.get("headers", {})}}
