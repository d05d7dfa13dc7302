"""Runs the server: socket, event loop, signals, and the one line that reports it is ready."""

import asyncio
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import uvloop

from vastlocal.engine.database import Database
from vastlocal.engine.maintenance import Maintenance
from vastlocal.http.app import App
from vastlocal.http.connection import Connection
from vastlocal.http.control_api import ControlApi
from vastlocal.http.counters import Counters
from vastlocal.http.doors import Door
from vastlocal.http.faults import Faults
from vastlocal.http.responses import Renderer
from vastlocal.http.service import Service
from vastlocal.operations.select_log import SelectLog
from vastlocal.settings import Settings

_THREADS = 16
_BACKLOG = 512
_KEEP_ALIVE_SECONDS = 300
_SHUTDOWN_SECONDS = 3.0
_SHUTDOWN_POLL_SECONDS = 0.01
_SWITCH_SECONDS = 0.0005
"""SQLite releases the interpreter lock at each row; waiting the default 5 ms to regain it is too long."""


class _Server:
    """Accepts connections until `stop` is called, then lets them finish."""

    def __init__(self, settings: Settings, app: App, ready: Callable[[], None]) -> None:
        self._app = app
        self._renderer = Renderer(settings.server_version)
        self._ready = ready
        self._connections: set[Connection] = set()
        self._stopping = asyncio.Event()
        self._patience_seconds = _SHUTDOWN_SECONDS

    def stop(self) -> None:
        """Call on the event loop."""
        self._stopping.set()

    def stop_at_once(self) -> None:
        """Cuts the connections. Call on the event loop."""
        self._patience_seconds = 0.0
        self._stopping.set()

    async def run(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.stop)
        server = await loop.create_server(self._connection, sock=listener, backlog=_BACKLOG)
        sweep = loop.create_task(self._end_idle_ones())
        self._ready()
        await self._stopping.wait()
        sweep.cancel()
        server.close()
        await self._end_all()

    def _connection(self) -> Connection:
        return Connection(self._app.handle, self._renderer, self._connections)

    async def _end_idle_ones(self) -> None:
        while True:
            await asyncio.sleep(_KEEP_ALIVE_SECONDS / 10)
            limit = time.monotonic() - _KEEP_ALIVE_SECONDS
            for connection in list(self._connections):
                if connection.is_idle and connection.last_used < limit:
                    connection.end()

    async def _end_all(self) -> None:
        for connection in list(self._connections):
            connection.end()
        for _ in range(round(self._patience_seconds / _SHUTDOWN_POLL_SECONDS)):
            if not self._connections:
                break
            await asyncio.sleep(_SHUTDOWN_POLL_SECONDS)
        for connection in list(self._connections):
            connection.abort()
        await asyncio.sleep(0)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def serve(settings: Settings, listener: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT."""
    host, port = listener.getsockname()[:2]

    def ready() -> None:
        buckets = ", ".join(settings.buckets)
        with suppress(OSError):  # the log may be on a full disk
            sys.stdout.write(f"vastlocal ready at http://{host}:{port} (buckets: {buckets})\n")
            sys.stdout.flush()

    with _opened(settings) as app:
        uvloop.run(_Server(settings, app, ready).run(listener))


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serves in a thread of this process while the block runs. Yields the URL for the SDK.

    For tests that need a VAST quickly: there is no process to start, and nothing to import again.
    """
    ready = threading.Event()
    stop: list[Callable[[], object]] = []

    async def run() -> None:
        server = _Server(settings, app, ready.set)
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(server.stop_at_once))
        await server.run(listener)

    with bind(settings.host, settings.port) as listener, _opened(settings) as app:
        thread = threading.Thread(target=lambda: uvloop.run(run()), name="vastlocal")
        thread.start()
        try:
            while not ready.wait(0.1):
                assert thread.is_alive(), "the server ended before it was ready"
            host, port = listener.getsockname()[:2]
            yield f"http://{host}:{port}"
        finally:
            with suppress(RuntimeError):  # its loop has ended by itself
                for each in stop:
                    each()
            thread.join()


@contextmanager
def _opened(settings: Settings) -> Iterator[App]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    database = Database(settings.data, settings.conflicts)
    maintenance = Maintenance(database, settings.idle_timeout_seconds)
    maintenance.start()
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="vastlocal")
    try:
        yield _application(settings, database, threads)
    finally:
        threads.shutdown()
        maintenance.stop()
        database.close()
        sys.setswitchinterval(before)
        logging.getLogger(__name__).info("stopped")


def _application(settings: Settings, database: Database, threads: ThreadPoolExecutor) -> App:
    counters, faults, selects = Counters(), Faults(), SelectLog()
    control = ControlApi(settings, database, counters, faults, selects)
    service, door = Service(settings, database, selects), Door(settings.host)
    return App(service, control, counters, faults, threads, door)
