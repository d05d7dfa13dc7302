"""Requests and responses as values, free of ASGI."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from vastlocal.errors import BadRequestError, TabularError


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    raw_path: str
    """As sent, percent-encoded."""
    path: str
    query: str
    """The query string as sent."""
    headers: Mapping[str, str]
    """Names are in lower case."""
    body: bytes
    command: str
    parameters: Mapping[str, str]

    @property
    def segments(self) -> tuple[str, ...]:
        """The names in the path: bucket, schemas, table."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def txid(self) -> int:
        """0 for a request outside any transaction. Raises BadRequestError."""
        return self.integer("tabular-txid", 0)

    def integer(self, header: str, default: int) -> int:
        """A header's integer value. Raises BadRequestError."""
        text = self.headers.get(header, "")
        try:
            return int(text) if text else default
        except ValueError as error:
            raise BadRequestError(f"header {header} is not a number: {text!r}") from error

    def flag(self, header: str) -> bool:
        return self.headers.get(header, "").lower() == "true"


@dataclass(frozen=True, slots=True)
class Response:
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    content_type: str = "application/octet-stream"
    is_chunked: bool = False
    """Sent in HTTP chunks, so that the SDK sees when it was cut and asks again; with a length, it
    takes a short body for a broken Arrow message."""


def new_request(
    method: str, raw_path: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> Request:
    pairs = parse_qsl(query, keep_blank_values=True)
    command = pairs[0][0] if pairs and not pairs[0][1] else ""
    parameters = dict(pairs[1:] if command else pairs)
    return Request(method, raw_path, path, query, headers, body, command, parameters)


def error_response(error: TabularError, resource: str) -> Response:
    """S3's error document."""
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        f"<Resource>{escape(resource)}</Resource></Error>"
    )
    return Response(xml.encode(), status=error.status, content_type="application/xml")
