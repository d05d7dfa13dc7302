"""The addresses of a VAST cluster: several URLs, or names with several addresses, or both.

A process keeps to one of them, so that its connections are used again. Which one is chance, so that
processes spread over the cluster. A transaction stays where it began.
"""

import ipaddress
import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property

from tams.deadline import patience
from tams.vast.errors import VastConnectionError, VastSilentError, VastUnavailableError
from tams.vast.http_connection import Endpoint, parse_url
from tams.vast.http_pool import HttpPool

_NAMES_KEPT_SECONDS = 60.0
_NAME_SECONDS = 3.0
"""How long a name server may take."""

Resolve = Callable[[str, int], Sequence[str]]
"""The IP addresses of a name, for a port. Raises OSError."""


def resolved(name: str, port: int) -> Sequence[str]:
    """IPv4 first: a machine may have names for IPv6 without a way there."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    ordered = sorted(found, key=lambda it: it[0] == socket.AF_INET6)
    return list(dict.fromkeys(str(it[4][0]) for it in ordered))


class Endpoints:
    def __init__(
        self,
        urls: Sequence[str],
        timeout_seconds: float,
        find_ca_file: Callable[[], str | None] = lambda: None,
        resolve: Resolve = resolved,
    ) -> None:
        """`find_ca_file` is called at first use. Raises ValueError unless all are http or https addresses."""
        for url in urls:
            parse_url(url)
        self._urls = urls
        self._find_ca_file = find_ca_file
        self._timeout_seconds = timeout_seconds
        self._resolve = resolve
        self._pools: dict[tuple[Endpoint, str], HttpPool] = {}
        self._ranks: dict[HttpPool, tuple[bool, float]] = {}
        self._ordered: list[HttpPool] = []
        self._look_again_at = 0.0

    @property
    def are_several(self) -> bool:
        return len(self._ordered) > 1

    def to_try(self) -> Sequence[HttpPool]:
        """Where a new transaction may begin, in this order. There is at least one.

        Raises VastConnectionError if no name is known, VastUnavailableError without the authorities' file.
        """
        pools = self._current()
        if pools[0].health.failure is None:
            return pools
        return sorted(pools, key=lambda it: it.health.is_set_aside)  # otherwise in the same order

    @cached_property
    def _endpoints(self) -> Sequence[Endpoint]:
        ca_file = self._find_ca_file()
        try:
            return [Endpoint.of(url, ca_file) for url in self._urls]
        except OSError as error:
            raise VastUnavailableError(
                f"the certificate authorities in {ca_file} cannot be read: {error.strerror or error}"
            ) from error

    def _current(self) -> list[HttpPool]:
        if time.monotonic() >= self._look_again_at:
            self._look_again_at = time.monotonic() + _NAMES_KEPT_SECONDS
            try:
                self._ordered = self._looked_up()
            except VastConnectionError:
                if not self._ordered:
                    self._look_again_at = 0.0
                    raise
        return self._ordered

    def _looked_up(self) -> list[HttpPool]:
        """A pool for each address; those of addresses that were known before are kept."""
        failure: VastConnectionError | None = None
        found: list[HttpPool] = []
        for endpoint in self._endpoints:
            try:
                addresses = self._addresses(endpoint)
            except VastConnectionError as error:
                failure = error
                continue
            found += [self._pool(endpoint, each) for each in addresses]
        if not found:
            assert failure is not None, "there is an endpoint"
            raise failure
        return sorted(found, key=lambda it: self._ranks[it])

    def _pool(self, endpoint: Endpoint, ip: str) -> HttpPool:
        if (pool := self._pools.get((endpoint, ip))) is None:
            pool = self._pools[endpoint, ip] = HttpPool(endpoint, self._timeout_seconds, ip)
            self._ranks[pool] = (":" in ip, random.random())  # noqa: S311
        return pool

    def _addresses(self, endpoint: Endpoint) -> Sequence[str]:
        """Raises VastConnectionError. The system's resolver knows no timeout, so a thread waits for it."""
        name, port = endpoint.address
        if _is_ip(name):
            return [name]
        found: list[Sequence[str] | OSError] = []

        def look_up() -> None:
            try:
                found.append(self._resolve(name, port))
            except OSError as error:
                found.append(error)

        thread = threading.Thread(target=look_up, daemon=True)
        thread.start()
        thread.join(patience(_NAME_SECONDS))
        if not found:
            raise VastSilentError(f"the name server did not answer for {name}")
        if isinstance(found[0], OSError) or not found[0]:
            raise VastConnectionError(f"the name {name} has no address")
        return found[0]


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
