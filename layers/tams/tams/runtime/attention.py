"""What in a store's status an operator should look at: one sentence each."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tams.services.service.health import LATE_AFTER

Status = Mapping[str, Any]


def attention(status: Status, now: datetime) -> list[str]:
    """`status` is the document of `tams.runtime.status`."""
    if not status["vast"]["reachable"]:
        return [f"VAST cannot be used: {status['vast']['error']}"]
    return [
        *_of_schema(status),
        *_of_backlog(status),
        *_of_sweeper(status, now),
        *_of_backends(status),
        *_of_conflicts(status),
    ]


def _of_schema(status: Status) -> Iterator[str]:
    if status["fault"]:
        yield status["fault"]
    for each in status["differences"]:
        yield f"{each} (`tams admin provision` repairs what it can)"


def _of_backlog(status: Status) -> Iterator[str]:
    waiting = status["backlog"] or {}
    if count := waiting.get("deletion_requests_in_error"):
        yield f"{count} deletion requests are in error: GET /flow-delete-requests shows why"
    if count := waiting.get("webhooks_in_error"):
        yield f"{count} webhooks are in error: GET /service/webhooks shows why"


def _of_sweeper(status: Status, now: datetime) -> Iterator[str]:
    """A store whose sweeper has never run may not be deployed yet."""
    if (swept := status["swept"]) and now - datetime.fromisoformat(swept) > LATE_AFTER:
        yield f"the sweeper has not run since {swept}"


def _of_backends(status: Status) -> Iterator[str]:
    for each in (status["storage_backends"] or {}).get("unknown", ()):
        yield (
            f"Objects name the storage backend {each['id']}, which is not configured: {each['objects']} of "
            f"those looked at"
        )


def _of_conflicts(status: Status) -> Iterator[str]:
    if status["conflicts"] and status["conflicts"]["safe"] is False:
        yield (
            "VAST lets two transactions change the same column of one row, so concurrent writes can be lost: "
            "do not use this cluster"
        )
