"""Which clients' URLs the service stores, hands out and calls: one rule for Objects and webhooks."""

from ipaddress import IPv6Address
from re import compile as pattern
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from tams.models.common import Text

URL_LENGTH_MAX = 8_000
"""The length that HTTP servers should accept (RFC 9110, 4.1); clouds' signed URLs are a third of it."""

_NAME_LENGTH_MAX, _LABEL_LENGTH_MAX = 253, 63
"""DNS's limit (RFC 1035): a longer name never resolves, and Python's resolver raises UnicodeError for it."""

_NAME = pattern(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?").fullmatch
_BRACKETED = pattern(r"\[([0-9A-Fa-f:.]+)\](:.*)?").fullmatch
"""Nothing before or after the brackets, where URL parsers disagree on the host; and no zone."""


def url_fault(url: str) -> str | None:
    """The requirement that a URL violates, in words; None for an absolute http or https URL.

    It must be safe in a player or a browser: nothing that runs as a script or reads a local file, no
    credentials, no characters that end a header or a line.
    """
    if len(url) > URL_LENGTH_MAX:
        return f"must be at most {URL_LENGTH_MAX} characters long"
    if not url.isprintable() or " " in url:
        return "must not contain blanks, line breaks or control characters: percent-encode them"
    try:
        parts = urlsplit(url)
    except ValueError:
        return "must be an http or https URL with a host; an IPv6 address goes in brackets"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "must be an absolute http or https URL with a host"
    if "@" in parts.netloc:
        return "must not contain a user name or password"
    return _host_fault(parts) or _port_fault(parts)


def _host_fault(parts: SplitResult) -> str | None:
    if "[" in parts.netloc or "]" in parts.netloc:
        return _address_fault(parts.netloc)
    host = parts.hostname or ""
    if not _NAME(host):
        return (
            "must have a host name made of letters, digits, dots and hyphens (international: xn--…)"
        )
    if len(host.removesuffix(".")) > _NAME_LENGTH_MAX or any(
        len(label) > _LABEL_LENGTH_MAX for label in host.split(".")
    ):
        return (
            f"must have a host name of at most {_NAME_LENGTH_MAX} characters, "
            f"and at most {_LABEL_LENGTH_MAX} between dots"
        )
    return None


def _address_fault(netloc: str) -> str | None:
    match = _BRACKETED(netloc)
    try:
        IPv6Address(match[1] if match else "")
    except ValueError:
        return "must have only an IPv6 address in the brackets of its host"
    return None


def _port_fault(parts: SplitResult) -> str | None:
    try:
        in_range = parts.port != 0
    except ValueError:
        in_range = False
    return None if in_range else "must have a port from 1 to 65535, or none"


def _checked(url: str) -> str:
    if (fault := url_fault(url)) is not None:
        raise PydanticCustomError("http_url", "{fault}", {"fault": fault})
    return url


HttpUrl = Annotated[
    Text,
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "format": "uri", "maxLength": URL_LENGTH_MAX}),
]
