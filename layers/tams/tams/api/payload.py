"""Pages that fit into one response: see `tams.payload`."""

from collections.abc import Iterable

from tams.payload import ANSWER_BYTES_MAX, LAMBDA_BYTES_MAX, payload_bytes

__all__ = [
    "ANSWER_BYTES_MAX",
    "BINARY_BYTES_MAX",
    "LAMBDA_BYTES_MAX",
    "fitting_array",
    "payload_bytes",
]

_EVENT_OTHER_BYTES_MAX = 64 * 1024
"""The rest of an event besides the body. API Gateway takes 10 KB of path, query and headers, some twice."""
BINARY_BYTES_MAX = (LAMBDA_BYTES_MAX - _EVENT_OTHER_BYTES_MAX) // 4 * 3
"""The largest body that is not text: 4,669,440 bytes. Each three of its bytes take four in the event."""


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
