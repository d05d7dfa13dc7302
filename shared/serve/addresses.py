"""Whose request it is, where a proxy is trusted to say so."""

import ipaddress
import re
from collections.abc import Mapping

from tams.models.address import Forwarding

_FOR = re.compile(r'(?:^|;)\s*for=(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_PORT = re.compile(r"^(?:\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[\d.]+):\d+)$")


def client_address(headers: Mapping[str, str], peer: str, trusted: Forwarding) -> str:
    """The address that the nearest proxy saw, or `peer`, which is the other end of the connection."""
    if trusted == "no":
        return peer
    if trusted == "forwarded":
        match = _FOR.search(headers.get("forwarded", "").rpartition(",")[2])
        said = (match[1] or match[2] or "") if match else ""
    else:
        said = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    if port := _PORT.match(said):
        said = port["six"] or port["four"]
    return said if _is_address(said) else peer


def is_near(peer: str) -> bool:
    """Whether an address is of this machine, or of a private network."""
    if not _is_address(peer):
        return False
    address = ipaddress.ip_address(peer)
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_private)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
