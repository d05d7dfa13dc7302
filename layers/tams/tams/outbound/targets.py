"""Where the service may send events: never into its own network at a client's request (WHK-14).

A URL is judged twice: as text when a webhook is registered, and by every address of its host when a
connection is made, because the name may resolve differently by then.
"""

import socket
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from tams.errors import InvalidRequestError, quoted
from tams.models.address import DEFAULT_PORTS
from tams.models.http_url import url_fault

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

METADATA = frozenset(
    ip_address(text)
    for text in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254")
)
"""Where clouds give a machine its credentials: refused whatever is allowed."""

_SYSTEM_PORTS = range(1_024)
"""Webhooks may use only HTTP's own; the others belong to other services (RFC 6335)."""

_END_IN_IPV4 = tuple(
    IPv6Network(text) for text in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
"""Compatible, translated and two kinds of NAT64: a gateway may turn these into IPv4."""

_LOOPBACK = IPv4Address("127.0.0.1")


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """Allows public addresses and `allowed` networks, such as a private receiver or a developer's loopback.

    Never allows `own_ports` of this machine, where the service's own servers listen.
    """

    allowed: Sequence[Network] = ()
    own_ports: Collection[int] = ()

    def check_url(self, url: str) -> None:
        """Checks everything that needs no DNS. Raises InvalidRequestError."""
        if (fault := url_fault(url)) is not None:
            raise InvalidRequestError(f"url: {fault}")
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        if port in _SYSTEM_PORTS and port not in DEFAULT_PORTS.values():
            raise InvalidRequestError(
                f"url: port {port} is not allowed for webhooks. Below 1024 only 80 and 443 are, "
                "because the other ports belong to other services"
            )
        address = _literal(parts)
        if address is None and _is_localhost(parts.hostname or ""):
            address = _LOOPBACK
        if address is not None and not self.allows(address, port):
            raise InvalidRequestError(
                f"url: {quoted(parts.hostname or '')} port {port} is not allowed for webhooks. "
                "Use a public address, or ask the service's operator to allow this network"
            )

    def allows(self, address: Address, port: int) -> bool:
        """Whether a connection may be made. Also judges addresses inside the address (mapped, 6to4 …)."""
        return all(self._allows(each, port) for each in _meant(address))

    def _allows(self, address: Address, port: int) -> bool:
        if address in METADATA:
            return False
        if port in self.own_ports and (address.is_loopback or address.is_unspecified):
            return False
        if any(address in network for network in self.allowed):
            return True
        return address.is_global and not address.is_multicast


def _literal(parts: SplitResult) -> Address | None:
    """The address, if the host is one in any spelling a client library would accept; None for a name."""
    host = parts.hostname or ""
    if "[" in parts.netloc:
        return IPv6Address(host)
    try:
        return IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None


def _is_localhost(host: str) -> bool:
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def _meant(address: Address) -> Iterator[Address]:
    yield address
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    in_ipv4 = any(address in network for network in _END_IN_IPV4)
    if in_ipv4 and not address.is_loopback and not address.is_unspecified:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
