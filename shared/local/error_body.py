"""Errors of the gateway itself, in the same form as the functions' errors."""

import json
from collections.abc import Sequence

from local.http_events import HttpAnswer
from tams.api.error_body import error_body


def error_answer(
    status: int, kind: str, summary: str, headers: Sequence[tuple[bytes, bytes]] = ()
) -> HttpAnswer:
    body = json.dumps(error_body(kind, summary), ensure_ascii=False)
    return HttpAnswer(status, [(b"content-type", b"application/json"), *headers], body.encode())
