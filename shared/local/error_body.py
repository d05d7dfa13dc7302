"""Errors of the gateway itself, in the shape of TAMS's error.json."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from local.http_events import HttpAnswer


def error_answer(
    status: int, kind: str, summary: str, headers: Sequence[tuple[bytes, bytes]] = ()
) -> HttpAnswer:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = json.dumps({"type": kind, "summary": summary, "time": now}, ensure_ascii=False)
    return HttpAnswer(status, [(b"content-type", b"application/json"), *headers], body.encode())
