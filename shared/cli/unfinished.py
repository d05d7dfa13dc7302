"""Marks the Flows of an ingest that cannot finish."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from cli.claims import CLAIM_TAG
from cli.client import Client
from cli.errors import CommandError

UNFINISHED_TAG = "ingest_unfinished"
"""The tag on the Flows of a file whose ingest ended early. It says why."""

AWAITING = "awaiting_content"
"""The status of a Flow that expects content and receives none. Source: flow-status.json."""

_MANAGED = frozenset(
    {"created", "created_by", "metadata_updated", "updated_by", "segments_updated", "collected_by"}
)
_PATIENCE_SECONDS = 5.0


def mark_unfinished(url: str, token: str | None, flow_ids: Sequence[str], reason: str) -> None:
    """Best effort: the likeliest reason is that the server is down."""
    if not flow_ids:
        return
    with suppress(CommandError), Client(url, token, patience_seconds=_PATIENCE_SECONDS) as client:
        for flow_id in flow_ids:
            flow = client.find(f"/flows/{flow_id}")
            if flow is not None:
                client.put(f"/flows/{flow_id}", _unfinished(flow, reason))


def _unfinished(flow: dict[str, Any], reason: str) -> dict[str, Any]:
    kept = {name: value for name, value in flow.items() if name not in _MANAGED}
    tags = {name: value for name, value in flow.get("tags", {}).items() if name != CLAIM_TAG}
    return {**kept, "status": AWAITING, "tags": {**tags, UNFINISHED_TAG: reason}}


def status_words(flow: dict[str, Any]) -> str:
    """A Flow's status; for one that is not complete with what is known about the ingest."""
    status, tags = str(flow.get("status", "")), flow.get("tags", {})
    known = tags.get(UNFINISHED_TAG)
    if known is not None:
        return f"unfinished: {known}"
    by = tags.get(CLAIM_TAG)
    return f"{status} by {by.partition(' (')[0]}" if isinstance(by, str) else status
