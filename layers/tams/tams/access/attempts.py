"""Limits password attempts, because each check costs tens of milliseconds of processor time.

Four token buckets count the attempts. A successful attempt is not counted:

- one for each account at each address, the strictest;
- one for each address, whatever accounts it names;
- one for each site, which is an IPv6 /48 or an IPv4 address: a site's holder can make up addresses in it;
- one for each account, whatever addresses it is tried from. It refuses only addresses that have failed for
  the account lately, so nobody can lock an account's owner out from somewhere else.

Accounts that do not exist count like any other. The counts live in this process and are bounded in number.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from tams.access.errors import TooManyAttemptsError

AT_ONCE = 5
"""Attempts for one account from one address before they are slowed down."""
CHECKS_AT_A_TIME = 2
"""Checks at the same time. Each keeps a processor busy for 55 ms, and takes 16 MB."""
_WAIT_SECONDS = 2.0
"""The longest wait for a turn: time for dozens of checks."""
_KEPT = 10_000
"""Keys per bucket, which take 2 MB."""

_Keys = tuple[bytes, bytes, bytes, bytes]


class Bucket:
    """Token buckets by key: `at_once` tokens each, one more every `seconds` (generic cell rate algorithm).

    A key's only state is when its bucket will be full again, so full buckets need no memory.
    """

    def __init__(self, at_once: int, seconds: float, kept: int = _KEPT) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._kept = kept
        self._full_at: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, key: bytes, now: float) -> float:
        """Seconds until there is a token; 0 when there is one."""
        missing = self._full_at.get(key, now) - now
        return max(0.0, missing - (self._at_once - 1) * self._seconds)

    def is_full(self, key: bytes, now: float) -> bool:
        return self._full_at.get(key, now) <= now

    def take(self, key: bytes, now: float) -> None:
        self._set(key, max(now, self._full_at.get(key, now)) + self._seconds)

    def give_back(self, key: bytes, now: float) -> None:
        full_at = self._full_at.get(key, now) - self._seconds
        if full_at > now:
            self._set(key, full_at)
        else:
            self._full_at.pop(key, None)

    def _set(self, key: bytes, full_at: float) -> None:
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._kept:
            self._full_at.popitem(last=False)  # touched longest ago, so about to be full anyway


class Attempts:
    """Lets a password check through, or says when to come back."""

    def __init__(self, at_once: int = AT_ONCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._of_pair = Bucket(at_once, 10.0)
        self._of_network = Bucket(4 * at_once, 2.0)
        self._of_site = Bucket(20 * at_once, 0.5)
        self._of_account = Bucket(10 * at_once, 1.0)
        self._counting = threading.Lock()
        self._checking = threading.BoundedSemaphore(CHECKS_AT_A_TIME)

    def checked(self, name: str, address: str, check: Callable[[], bool]) -> bool:
        """The result of `check`. Few run at a time. Raises TooManyAttemptsError before calling `check`."""
        keys = _keys(name, address)
        self._refuse(keys)
        if not self._checking.acquire(timeout=_WAIT_SECONDS):
            raise TooManyAttemptsError(1)
        try:
            self._take(keys)
            good = check()
            if good:
                self._give_back(keys)
            return good
        finally:
            self._checking.release()

    def _refuse(self, keys: _Keys) -> None:
        with self._counting:
            self._check(keys, self._clock())

    def _check(self, keys: _Keys, now: float) -> None:
        pair, network, site, account = keys
        wait = max(
            self._of_pair.wait(pair, now),
            self._of_network.wait(network, now),
            self._of_site.wait(site, now),
        )
        if not self._of_pair.is_full(pair, now):
            wait = max(wait, self._of_account.wait(account, now))
        if wait > 0:
            raise TooManyAttemptsError(ceil(wait))

    def _take(self, keys: _Keys) -> None:
        with self._counting:
            now = self._clock()
            self._check(keys, now)
            for bucket, key in zip(self._buckets, keys, strict=True):
                bucket.take(key, now)

    def _give_back(self, keys: _Keys) -> None:
        with self._counting:
            now = self._clock()
            for bucket, key in zip(self._buckets, keys, strict=True):
                bucket.give_back(key, now)

    @property
    def _buckets(self) -> tuple[Bucket, Bucket, Bucket, Bucket]:
        return self._of_pair, self._of_network, self._of_site, self._of_account


def _keys(name: str, address: str) -> _Keys:
    """Keys of the account at the address, the address, its site, and the account; all short."""
    network, site = network_of(address), network_of(address, 48)
    return _digest(name, network), _digest(network), _digest(site), _digest(name)


def _digest(*parts: str) -> bytes:
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()


def network_of(address: str, prefix: int = 64) -> str:
    """The addresses that one client can use: an IPv4 address, or an IPv6 network."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        mapped = ip.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((int(ip), prefix), strict=False))
    return str(ip)
