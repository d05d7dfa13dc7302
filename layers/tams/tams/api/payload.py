"""What fits through Lambda: 6 MB of JSON in either direction, with the body as one string.

Quotes, backslashes and line ends in the body therefore take an extra byte, and anything that is not text
takes a third more, as base64. API Gateway passes JSON on as text, unless it is encoded (gzip), which is
refused here anyway. Source: AWS Lambda developer guide, "Lambda quotas"; API Gateway developer guide, payload
format 2.0.
"""

import json
from collections.abc import Iterable
from typing import Any

LAMBDA_BYTES_MAX = 6 * 1024 * 1024
ANSWER_BYTES_MAX = LAMBDA_BYTES_MAX - 64 * 1024
"""The rest is for status and headers, in which a page key or a link may be long."""

_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
"""Formatted as Starlette writes JSON."""
_ESCAPED = ('"', "\\", "\n")


def payload_bytes(text: str) -> int:
    """The bytes of `text` as a string in JSON."""
    return len(text.encode()) + sum(text.count(each) for each in _ESCAPED)


def fitting_array(items: Iterable[Any]) -> tuple[str, int]:
    """The JSON array of the first items that fit into one response, and their number.

    There is at least one, so that every page leads to the next.
    """
    texts: list[str] = []
    total = 0
    for item in items:
        text = _ENCODE(item)
        total += payload_bytes(text) + 1
        if texts and total > ANSWER_BYTES_MAX:
            break
        texts.append(text)
    return f"[{','.join(texts)}]", len(texts)
