"""Prepares responses to leave: gzipped for clients that ask, and never larger than Lambda returns.

This works on Lambda's response, where each body is whole and HEAD is known. Starlette's GZipMiddleware
ignores q-values and sets Vary on large responses only. Level 1 takes 5 ns for each byte it saves on a page of
100 Segments, which shrinks to a sixth of its size; level 6 takes twice that for 8 % less. Below 2 kB the work
costs more than it saves: 25 ns a byte and rising.
"""

import base64
import gzip
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from tams.api.error_body import error_body
from tams.api.payload import ANSWER_BYTES_MAX, payload_bytes

GZIP_BYTES_MIN = 2_048
GZIP_LEVEL = 1
VARIES = {"vary": "Accept-Encoding"}
GZIP = {"content-encoding": "gzip"}

_BYTES_EACH = 4
"""What a character takes at most, in UTF-8 or escaped."""
_NEVER = "text/event-stream"
"""Clients read these as they arrive, and proxies might hold back gzip until a block is complete."""


def encoded(answer: dict[str, Any], method: str, accept_encoding: str) -> dict[str, Any]:
    """The response in the coding the client wants. One too large for Lambda becomes a 406 that says so."""
    headers = answer.get("headers") or {}
    if is_stream(headers):
        return _within_limit(answer)
    answer = {**answer, "headers": {**headers, **VARIES}}
    body = answer.get("body", "")
    is_text = not answer.get("isBase64Encoded") and "content-encoding" not in headers
    if is_text and is_worth_gzip(len(body), method, accept_encoding):
        answer |= {
            "body": base64.b64encode(gzipped(body.encode())).decode(),
            "isBase64Encoded": True,
            "headers": {**_without_length(answer["headers"]), **GZIP},
        }
    return _within_limit(answer)


def is_stream(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").startswith(_NEVER)


def is_worth_gzip(length: int, method: str, accept_encoding: str) -> bool:
    """Whether a text of this length leaves gzipped."""
    return method != "HEAD" and length >= GZIP_BYTES_MIN and accepts_gzip(accept_encoding)


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


def too_large(size: int) -> dict[str, Any]:
    """The body of the 406 for an answer of this many bytes."""
    summary = (
        f"the answer has {size} bytes, but the limit is {ANSWER_BYTES_MAX}: ask for gzip "
        "(Accept-Encoding), for fewer items (limit), for a shorter timerange, "
        "or for fewer URLs (accept_get_urls)"
    )
    return error_body("AnswerTooLarge", summary)


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
    return {
        "statusCode": int(HTTPStatus.NOT_ACCEPTABLE),
        "headers": {"content-type": "application/json", **VARIES},
        "body": json.dumps(too_large(size)),
        "isBase64Encoded": False,
    }


def _without_length(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "content-length"}
