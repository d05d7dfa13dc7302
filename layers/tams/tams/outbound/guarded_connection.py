"""HTTP connections only to addresses the policy allows, whatever a name resolves to by then.

We check every address that a name resolves to, and connect to a checked address: there is no second
look-up in between that could give another answer.
"""

import http.client
import socket
import ssl
import string
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

from tams.errors import TamsError
from tams.models.address import DEFAULT_PORTS
from tams.outbound.targets import TargetPolicy


class TargetRefusedError(TamsError):
    """A name resolves to an address that must not be connected to."""


class ConnectError(TamsError):
    """No address of the name accepted the connection."""


class _Guarded(http.client.HTTPConnection):
    def __init__(self, host: str, port: int, policy: TargetPolicy, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._policy = policy

    def connect(self) -> None:
        self.sock = _dial(self.host, self.port, self._policy, self.timeout or 0)


class _GuardedTls(_Guarded):
    def connect(self) -> None:
        super().connect()
        self.sock = _context().wrap_socket(self.sock, server_hostname=self.host)


def guarded_connection(
    url: str, policy: TargetPolicy, *, timeout_seconds: float
) -> http.client.HTTPConnection:
    """Not yet connected; `timeout_seconds` bounds connecting and every wait for bytes."""
    parts = urlsplit(url)
    kind = _GuardedTls if parts.scheme == "https" else _Guarded
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return kind(parts.hostname or "", port, policy, timeout_seconds)


def request_target(url: str) -> str:
    """The part of a URL for the request line, in ASCII (RFC 3987, 3.1)."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(target, safe=string.punctuation)


def _dial(host: str, port: int, policy: TargetPolicy, timeout: float) -> socket.socket:
    """Raises TargetRefusedError when any address of the host is refused, ConnectError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConnectError("its host name cannot be resolved") from error
    for family, *_, address in found:
        judged = ip_address(str(address[0]).partition("%")[0])
        own = port in policy.own_ports and _is_of_this_machine(family, address)
        if own or not policy.allows(judged, port):
            raise TargetRefusedError
    for family, *_, address in found:
        dialled = socket.socket(family, socket.SOCK_STREAM)
        dialled.settimeout(timeout)
        try:
            dialled.connect(address)
        except OSError:
            dialled.close()
        else:
            return dialled
    raise ConnectError("the connection failed")


def _is_of_this_machine(family: socket.AddressFamily, address: tuple[Any, ...]) -> bool:
    """Whether an interface has the address: only then can a socket be bound to it."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address[0], 0, *address[2:]))
    except OSError:
        return False
    return True


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()
