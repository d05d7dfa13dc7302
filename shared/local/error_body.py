"""Errors of the gateway itself, in the same form as the functions' errors."""

import json
from collections.abc import Sequence

from local.http_events import HttpAnswer, HttpRequest
from tams.api.error_body import error_body
from tams.payload import UPLOAD_INSTEAD


def error_answer(
    status: int, kind: str, summary: str, headers: Sequence[tuple[bytes, bytes]] = ()
) -> HttpAnswer:
    body = json.dumps(error_body(kind, summary), ensure_ascii=False)
    return HttpAnswer(status, [(b"content-type", b"application/json"), *headers], body.encode())


def too_large(request: HttpRequest, what: str, bytes_max: int) -> HttpAnswer:
    """The 413, which tells uploads of media the way for larger ones."""
    is_form = (request.header(b"content-type") or "").lower().startswith("multipart/form-data")
    instead = UPLOAD_INSTEAD if is_form else ""
    return error_answer(413, "RequestTooLarge", f"{what} is larger than {bytes_max} bytes{instead}")
