"""The audit log: one line for each request that may change something, with who did what."""

import json
from collections.abc import Mapping
from typing import Any

from tams.api.callers import finding_of
from tams.token_paths import without_token

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def audited(event: Mapping[str, Any]) -> dict[str, str | None]:
    """From API Gateway's event. The path names the resource; the query may hold a token and is left out."""
    finding = finding_of(event)
    return {
        "who": json.loads(finding["caller"])["name"] if "caller" in finding else None,
        "path": without_token(event["rawPath"]),
        "source_ip": event["requestContext"]["http"].get("sourceIp"),
    }
