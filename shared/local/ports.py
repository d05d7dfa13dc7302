"""The port of each part."""

import errno
import random
import socket
from dataclasses import dataclass, fields
from typing import Self

from local.errors import LocalStackError, PortTakenError
from local.port_holder import holder

LOOPBACK = "127.0.0.1"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound  # nosec B104

_FREE_PORTS = range(20_000, 32_000)
"""Below the ports that systems assign to outgoing connections, so that those cannot take one."""
_TRIES = 200
_VARIABLE = {
    "api": "PORT",
    "vast": "TAMS_VAST_PORT",
    "s3": "TAMS_S3_PORT",
    "queue": "TAMS_QUEUE_PORT",
}


@dataclass(frozen=True)
class Ports:
    """0 means any free port."""

    api: int = 8000
    vast: int = 9090
    s3: int = 9000
    queue: int = 9324

    @classmethod
    def any_free(cls) -> Self:
        return cls(0, 0, 0, 0)

    def settled(self, host: str) -> "Ports":
        """Every 0 replaced by a free port. Raises PortTakenError for a port that is in use."""
        chosen: dict[str, int] = {}
        for field in fields(self):
            port = getattr(self, field.name)
            at = host if field.name in ("api", "s3") else LOOPBACK
            chosen[field.name] = port or _free_port(at, taken=set(chosen.values()))
            if port and not _is_free(at, port):
                by = holder(port)
                raise PortTakenError(
                    f"port {port} is taken{by and f' by {by}'}: set {_VARIABLE[field.name]}=… "
                    "to another one (0 takes any free one)"
                )
        if len(set(chosen.values())) < len(chosen):
            raise LocalStackError(f"two servers cannot share a port: {chosen}")
        return Ports(**chosen)


def on_loopback_too(host: str) -> list[str]:
    """Where a server intended for `host` listens, so that the stack itself finds it on loopback."""
    return [host] if host in (LOOPBACK, "localhost", *EVERYWHERE) else [LOOPBACK, host]


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that child processes may share."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(1024)
    listener.set_inheritable(True)
    return listener


def free_ports(host: str, number: int) -> list[int]:
    """Raises LocalStackError."""
    taken: set[int] = set()
    while len(taken) < number:
        taken.add(_free_port(host, taken))
    return list(taken)


def _is_free(host: str, port: int) -> bool:
    try:
        listen(host, port).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise LocalStackError(f"cannot listen on {host} port {port}: {error.strerror}") from error
    return True


def _free_port(host: str, taken: set[int]) -> int:
    for _ in range(_TRIES):
        port = random.choice(_FREE_PORTS)  # noqa: S311 - not a secret
        if port not in taken and _is_free(host, port):
            return port
    raise LocalStackError("found no free port")
