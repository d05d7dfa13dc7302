"""Addresses of the service: host names, ports and base URLs, checked character by character."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Literal, Self
from urllib.parse import urlsplit

from tams.models.http_url import url_fault

Scheme = Literal["http", "https"]
Forwarding = Literal["no", "forwarded", "x-forwarded"]

DEFAULT_PORTS: Mapping[str, int] = {"http": 80, "https": 443}

_ENDS = frozenset("/?#")
"""The characters that end an authority in a URL."""
_PATH = r"(?:/[A-Za-z0-9._~!$&'()*+;=:@%-]+)*"
_BASE_URL = re.compile(rf"(?P<scheme>https?)://(?P<authority>[^/?#]+)(?P<path>{_PATH})/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Authority:
    """A host and an optional port, as in a URL: IPv6 in brackets, letters in lower case."""

    host: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for anything else: credentials, lists, blanks, ports out of range."""
        url = f"http://{text}"
        if not _ENDS.isdisjoint(text) or url_fault(url) is not None:
            return None
        parts = urlsplit(url)
        host = parts.hostname or ""
        return cls(f"[{host}]" if ":" in host else host, parts.port)

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            if self.host.startswith("["):
                return IPv6Address(self.host[1:-1]).is_loopback
            return IPv4Address(self.host).is_loopback
        except AddressValueError:
            return False

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class AddressRules:
    """The settings that decide under which address clients know the service (ADR 14)."""

    public_url: str | None = None
    """Takes precedence over everything."""
    trust_forwarded: Forwarding = "no"
    """Which headers the proxy in front sets; it must remove those sent by clients."""
    gateway_scheme: Scheme = "https"


def parse_base_url(text: str) -> str:
    """An absolute http(s) URL without its last slash. Raises ValueError."""
    match = _BASE_URL.fullmatch(text)
    authority = Authority.parse(match["authority"]) if match else None
    if match is None or authority is None:
        raise ValueError(
            "must be an absolute http or https URL with a host, and may have a port and a path, "
            "such as https://media.example.com/tams"
        )
    return f"{match['scheme']}://{authority}{match['path']}"


def is_base_path(text: str) -> bool:
    """Whether it can stand between a host and a resource's path; it may be empty."""
    return re.fullmatch(_PATH, text, re.ASCII) is not None
