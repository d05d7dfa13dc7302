"""Writers of one Flow inside one process, one after the other."""

import zlib
from dataclasses import dataclass, field
from threading import Lock

LOCKS = 256


@dataclass(frozen=True, slots=True)
class Turns:
    """Locks by key, to spare work: of two transactions that collide one has worked in vain.

    Safety does not rest on them. A Lambda function serves one request at a time and never waits here.
    """

    _locks: tuple[Lock, ...] = field(default_factory=lambda: tuple(Lock() for _ in range(LOCKS)))

    def of(self, key: str) -> Lock:
        return self._locks[zlib.crc32(key.encode()) % LOCKS]
