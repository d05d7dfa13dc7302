"""Keeps web pages out of servers that only programs on this machine should use.

A page in the user's browser can send requests to loopback. The browser gives it away: by the page's `Origin`,
or, if the page pointed its own name here (DNS rebinding), by a `Host` that is not ours.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::\d*)?")


@dataclass(frozen=True)
class Door:
    """The door of one server; `bound_to` is the address it listens on."""

    bound_to: str = "127.0.0.1"

    def refusal(self, host: str | None, origin: str | None) -> str:
        """Why a request with these headers is refused; empty when it is admitted."""
        if origin is not None:
            return "web pages may not call this port: send no Origin header"
        if host is not None and is_loopback(self.bound_to) and not names_this_machine(host):
            return f"Host {host[:60]!r} is not this machine: use 127.0.0.1 or localhost"
        return ""


@lru_cache(maxsize=64)
def names_this_machine(host: str) -> bool:
    """Whether a Host header (with any port) has a name that nobody else can point at this machine."""
    match = _HOST.fullmatch(host)
    return match is not None and is_loopback(match["address"] or match["name"])


@lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Accepts an address, or a name under `localhost`, which RFC 6761 keeps out of DNS."""
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # how a socket for IPv6 shows IPv4
    return (mapped or address).is_loopback
