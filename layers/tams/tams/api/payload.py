"""What fits through Lambda: 6 MB of JSON in either direction, with the body as one string.

Quotes, backslashes and line ends in the body therefore take an extra byte, and anything that is not text
takes a third more, as base64. API Gateway passes JSON on as text, unless it is encoded (gzip), which is
refused here anyway. Source: AWS Lambda developer guide, "Lambda quotas"; API Gateway developer guide, payload
format 2.0.
"""

from collections.abc import Iterable

LAMBDA_BYTES_MAX = 6 * 1024 * 1024
ANSWER_BYTES_MAX = LAMBDA_BYTES_MAX - 64 * 1024
"""The rest is for status and headers, in which a page key or a link may be long."""

_EVENT_OTHER_BYTES_MAX = 64 * 1024
"""What an event holds beside the body. API Gateway takes 10 KB of path, query and headers, some twice."""
BINARY_BYTES_MAX = (LAMBDA_BYTES_MAX - _EVENT_OTHER_BYTES_MAX) // 4 * 3
"""The largest body that is not text: 4,669,440 bytes. Each three of its bytes take four in the event."""

_ESCAPED = (b'"', b"\\", b"\n")


def payload_bytes(body: bytes) -> int:
    """The bytes that a body of text takes as a string in JSON."""
    return len(body) + sum(body.count(each) for each in _ESCAPED)


def fitting_array(items: Iterable[bytes]) -> tuple[bytes, int]:
    """The JSON array of the first items that fit into one response, and their number.

    There is at least one, so that every page leads to the next.
    """
    fitting: list[bytes] = []
    total = 0
    for item in items:
        total += payload_bytes(item) + 1
        if fitting and total > ANSWER_BYTES_MAX:
            break
        fitting.append(item)
    return b"[%b]" % b",".join(fitting), len(fitting)
