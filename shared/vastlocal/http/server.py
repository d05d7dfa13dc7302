"""Running the server: socket, uvicorn, signals, and the one line that says it is ready."""

import asyncio
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from vastlocal.engine.database import Database
from vastlocal.engine.maintenance import Maintenance
from vastlocal.http.app import TRANSPORT, App
from vastlocal.http.control_api import ControlApi
from vastlocal.http.counters import Counters
from vastlocal.http.doors import Door
from vastlocal.http.faults import Faults
from vastlocal.http.service import Service
from vastlocal.settings import Settings

_THREADS = 16
_BACKLOG = 512
_KEEP_ALIVE_SECONDS = 300
_SHUTDOWN_SECONDS = 3
_SWITCH_SECONDS = 0.0005
"""SQLite gives up the interpreter lock at each row; the default 5 ms to get it back is too long."""


class _Protocol(HttpToolsProtocol):
    """Hands the connection to the application, whose faults may cut it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]


class _Server(uvicorn.Server):
    """Ends with status 0 when asked to stop; uvicorn would raise the signal again."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


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
        _run(_Server(_config(settings, app), ready), listener)


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serves in a thread of this process as long as the block; the URL that the SDK takes.

    For tests that need a VAST soon: there is no process to start, and nothing to import again.
    """
    ready = threading.Event()
    with bind(settings.host, settings.port) as listener, _opened(settings) as app:
        server = _Server(_config(settings, app), ready.set)
        thread = threading.Thread(target=_run, args=(server, listener), name="vastlocal")
        thread.start()
        try:
            while not ready.wait(0.1):
                assert thread.is_alive(), "the server ended before it was ready"
            host, port = listener.getsockname()[:2]
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = server.force_exit = True
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


def _config(settings: Settings, app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        loop="uvloop",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        headers=[("server", f"vast {settings.server_version}")],
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )


def _run(server: _Server, listener: socket.socket) -> None:
    runner: Any = asyncio.Runner(loop_factory=server.config.get_loop_factory())
    with runner:
        runner.run(server.serve(sockets=[listener]))


def _application(settings: Settings, database: Database, threads: ThreadPoolExecutor) -> App:
    counters, faults = Counters(), Faults()
    control = ControlApi(settings, database, counters, faults)
    service, door = Service(settings, database), Door(settings.host)
    return App(service, control, counters, faults, threads, door)
