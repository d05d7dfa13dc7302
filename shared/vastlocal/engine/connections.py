"""SQLite connections: how they are set up, counted, interrupted, and reused."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vastlocal.errors import TooLongError

_STEPS_PER_TICK = 1000
_PAGE_CACHE_KIB = 4096
_STATEMENTS_CACHED = 256
_IDLE_MAX = 32
_OVERLAYS_MAX = 64


class Connection:
    """One SQLite connection, used by one transaction at a time."""

    def __init__(self, path: Path) -> None:
        self.sqlite = sqlite3.connect(
            path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_STATEMENTS_CACHED,
            timeout=10,
        )
        self.execute = self.sqlite.execute
        self.executemany = self.sqlite.executemany
        self.overlays: dict[int, tuple[int, ...]] = {}
        """Temporary tables on this connection: table id, and the column ids they were created with."""
        self.is_broken = False
        """Cleaning it up failed, so it is not reused."""
        self._ticks = 0
        self._tick_limit: int | None = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",  # LogSync syncs the commits, several at a time
            "wal_autocheckpoint=0",  # Maintenance does it, off the path of a commit
            f"cache_size=-{_PAGE_CACHE_KIB}",
            "temp_store=FILE",  # large uncommitted work spills to disk, not to memory
        ):
            self.execute(f"PRAGMA {pragma}").fetchall()
        self.sqlite.set_progress_handler(self._tick, _STEPS_PER_TICK)

    def _tick(self) -> int:
        self._ticks += 1
        return int(self._tick_limit is not None and self._ticks > self._tick_limit)

    def take_steps(self) -> int:
        """Steps of SQLite's virtual machine since the last call, to the nearest thousand: work done."""
        steps, self._ticks = self._ticks * _STEPS_PER_TICK, 0
        return steps

    @contextmanager
    def bounded(self, steps_max: int | None) -> Iterator[None]:
        """A statement inside that needs more steps is aborted with TooLongError."""
        self._tick_limit = None if steps_max is None else self._ticks + steps_max // _STEPS_PER_TICK
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise TooLongError from None
            raise
        finally:
            self._tick_limit = None

    def close(self) -> None:
        self.sqlite.close()


class ConnectionPool:
    """Opening costs a millisecond and a schema parse, so finished connections wait here."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[Connection] = []
        self._lock = threading.Lock()

    def take(self) -> Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Connection(self._path)

    def give_back(self, connection: Connection) -> None:
        """Keeps the connection; closes it if the pool is full, or if it is broken or has too many tables."""
        is_good = not connection.is_broken and len(connection.overlays) < _OVERLAYS_MAX
        with self._lock:
            if is_good and len(self._idle) < _IDLE_MAX:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
