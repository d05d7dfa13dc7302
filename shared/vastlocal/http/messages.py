"""Requests and responses as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from vastlocal.errors import BadRequestError, TabularError


@dataclass(frozen=True, slots=True)
class Target:
    """What a request line asks for, taken apart."""

    raw_path: str
    """As sent, percent-encoded."""
    path: str
    query: str
    """The query string as sent."""
    command: str
    parameters: Mapping[str, str]
    segments: tuple[str, ...]
    """The names in the path: bucket, schemas, table."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: Target
    headers: Mapping[str, str]
    """Names are in lower case."""
    body: bytes

    @property
    def path(self) -> str:
        return self.target.path

    @property
    def command(self) -> str:
        return self.target.command

    @property
    def parameters(self) -> Mapping[str, str]:
        return self.target.parameters

    @property
    def segments(self) -> tuple[str, ...]:
        return self.target.segments

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


@lru_cache(maxsize=4096)
def target_of(url: bytes) -> Target:
    """Cached, because a client asks for the same few again and again. Raises BadRequestError."""
    if not url.startswith(b"/"):
        url = _origin_form(url)
    try:
        raw_path, _, query = url.partition(b"#")[0].decode("ascii").partition("?")
    except UnicodeDecodeError as error:
        raise BadRequestError("the request line is not ASCII") from error
    path = unquote(raw_path)
    pairs = parse_qsl(query, keep_blank_values=True)
    command = pairs[0][0] if pairs and not pairs[0][1] else ""
    parameters = dict(pairs[1:] if command else pairs)
    segments = tuple(part for part in path.split("/") if part)
    return Target(raw_path, path, query, command, parameters, segments)


def _origin_form(url: bytes) -> bytes:
    """A proxy may send the whole URL; our paths begin after its host."""
    _, _, after_scheme = url.partition(b"://")
    _, slash, rest = after_scheme.partition(b"/")
    return slash + rest if slash else b"/"


def error_response(error: TabularError, resource: str) -> Response:
    """S3's error document."""
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        f"<Resource>{escape(resource)}</Resource></Error>"
    )
    return Response(xml.encode(), status=error.status, content_type="application/xml")
