"""The body of every failure, so that clients need only one parser (ERR-3)."""

from datetime import UTC, datetime
from typing import Any

from tams.models.error import Error

RETRY_AFTER_SECONDS = "1"


def error_body(kind: str, summary: str) -> dict[str, Any]:
    """Source: error.json."""
    return Error(type=kind, summary=summary, time=datetime.now(UTC)).to_json()
