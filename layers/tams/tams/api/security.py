"""Headers of every answer that keep a browser from doing harm with it."""

from typing import Any

HEADERS = {
    "cache-control": "no-store",  # URLs that open media are in the answers
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # access_token is in the URL
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}


def secured(answer: dict[str, Any]) -> dict[str, Any]:
    """A Lambda answer with them; what a route says itself stays."""
    return {**answer, "headers": {**HEADERS, **answer.get("headers", {})}}
