"""What fits through Lambda: 6 MB of JSON in either direction, with the body as one string.

Quotes, backslashes and line ends in the body therefore take an extra byte, and anything that is not text
takes a third more, as base64. API Gateway passes JSON on as text, unless it is encoded (gzip), which is
refused here anyway. Source: AWS Lambda developer guide, "Lambda quotas"; API Gateway developer guide, payload
format 2.0.
"""

LAMBDA_BYTES_MAX = 6 * 1024 * 1024
ANSWER_BYTES_MAX = LAMBDA_BYTES_MAX - 64 * 1024
"""The rest is for status and headers, in which a page key or a link may be long."""

SIGNED_URL_BYTES_MAX = 5_000
"""Those of a role carry its session token, which takes 1.3 to 1.7 kB and may take more."""

UPLOAD_INSTEAD = (
    ": upload larger media straight to S3, with a URL from POST /flows/{flowId}/storage"
)
"""What the refusal of an upload that is too large ends with."""

_ESCAPED = (b'"', b"\\", b"\n")


def payload_bytes(body: bytes) -> int:
    """The bytes that a body of text takes as a string in JSON."""
    return len(body) + sum(body.count(each) for each in _ESCAPED)
