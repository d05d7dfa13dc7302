"""Events as a stream that ends soon: a follower reconnects, and says where it was.

A follower therefore needs no connection that stays open, which API Gateway would not provide.
Source: HTML Standard, "Server-sent events".
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

RECONNECT_MS = 100


def as_stream(items: Sequence[tuple[str, Mapping[str, Any]]], next_key: str) -> str:
    """The body of a `text/event-stream`; `next_key` is where the follower continues."""
    parts = [f"retry: {RECONNECT_MS}\n\n"]
    for key, item in items:
        data = json.dumps(item, separators=(",", ":"))
        parts.append(f"id: {key}\nevent: {item['event_type']}\ndata: {data}\n\n")
    return "".join(parts) + f"id: {next_key}\n\n"
