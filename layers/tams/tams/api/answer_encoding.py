"""Prepares responses to leave: gzipped for clients that ask, and never larger than Lambda returns.

This works on Lambda's response, where each body is whole and HEAD is known. Starlette's GZipMiddleware
ignores q-values and sets Vary on large responses only. Level 1 takes 5 ns for each byte it saves on a page of
100 Segments, which shrinks to a sixth of its size; level 6 takes twice that for 8 % less. Below 2 kB the work
costs more than it saves: 25 ns a byte and rising.
"""

import base64
import gzip
import json
from http import HTTPStatus
from typing import Any

from tams.api.error_body import error_body
from tams.api.payload import ANSWER_BYTES_MAX, payload_bytes

GZIP_BYTES_MIN = 2_048
GZIP_LEVEL = 1

_BYTES_EACH = 4
"""What a character takes at most, in UTF-8 or escaped."""
_NEVER = "text/event-stream"
"""Clients read these as they arrive, and proxies might hold back gzip until a block is complete."""


def encoded(answer: dict[str, Any], method: str, accept_encoding: str) -> dict[str, Any]:
    """The response in the coding the client wants. One too large for Lambda becomes a 406 that says so."""
    headers = answer.get("headers") or {}
    if headers.get("content-type", "").startswith(_NEVER):
        return _within_limit(answer)
    answer = {**answer, "headers": {**headers, "vary": "Accept-Encoding"}}
    body = answer.get("body", "")
    if method == "HEAD" or answer.get("isBase64Encoded") or len(body) < GZIP_BYTES_MIN:
        return _within_limit(answer)
    if accepts_gzip(accept_encoding):
        answer |= {
            "body": base64.b64encode(gzip.compress(body.encode(), GZIP_LEVEL, mtime=0)).decode(),
            "isBase64Encoded": True,
            "headers": {**_without_length(answer["headers"]), "content-encoding": "gzip"},
        }
    return _within_limit(answer)


def accepts_gzip(accept_encoding: str) -> bool:
    """RFC 9110, section 12.5.3: whether the client accepts gzip, and prefers it at least as much as plain."""
    weights = dict(_weighted(each) for each in accept_encoding.lower().split(",") if each.strip())
    anything = weights.get("*", 0.0)
    gzipped = weights.get("gzip", weights.get("x-gzip", anything))
    return gzipped > 0 and gzipped >= weights.get("identity", 0.0)


def _weighted(element: str) -> tuple[str, float]:
    coding, _, parameter = element.partition(";")
    name, _, text = parameter.partition("=")
    if not parameter.strip():
        return coding.strip(), 1.0
    try:
        weight = float(text) if name.strip() == "q" else 0.0
    except ValueError:
        weight = 0.0
    return coding.strip(), weight if 0 <= weight <= 1 else 0.0


def _within_limit(answer: dict[str, Any]) -> dict[str, Any]:
    body = answer.get("body", "")
    if len(body) * _BYTES_EACH <= ANSWER_BYTES_MAX:
        return answer
    size = len(body) if answer.get("isBase64Encoded") else payload_bytes(body.encode())
    if size <= ANSWER_BYTES_MAX:
        return answer
    summary = (
        f"the answer has {size} bytes, but the limit is {ANSWER_BYTES_MAX}: ask for gzip "
        "(Accept-Encoding), for fewer items (limit), for a shorter timerange, "
        "or for fewer URLs (accept_get_urls)"
    )
    return {
        "statusCode": int(HTTPStatus.NOT_ACCEPTABLE),
        "headers": {"content-type": "application/json", "vary": "Accept-Encoding"},
        "body": json.dumps(error_body("AnswerTooLarge", summary)),
        "isBase64Encoded": False,
    }


def _without_length(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "content-length"}
