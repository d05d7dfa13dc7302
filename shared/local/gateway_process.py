"""`python -m local.gateway_process`: imports the functions once, then forks the workers."""

import importlib
import json
import logging
import os
import signal
import socket
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn

from local import host_config
from local.application import Application, Route
from local.authorizer import Authorizer, NotAuthorizedError
from local.function_host import FunctionHost, HandlerError
from local.gateway import Gateway
from local.host_config import HostConfig
from local.hosting import begin
from local.http_events import HttpRequest, to_event
from local.http_protocol import BoundedHttpProtocol, connections_bound
from local.journal import Journal
from local.ports import LOOPBACK, listen, on_loopback_too
from local.routes import Match

_log = logging.getLogger(__name__)

_THREADS = 16
"""Concurrent requests in each worker."""
_FAREWELL_SECONDS = 2
_NOBODY = "00000000-0000-4000-8000-000000000000"


def main() -> int:
    warnings.filterwarnings("ignore", ".*use of fork", DeprecationWarning)  # see _fork_worker
    config, application, host = begin()
    api = {route.function for route in application.routes}
    if application.authorizer is not None:
        api.add(application.authorizer)
    broken = host.load_all(api)
    _load_what_they_load_late()
    host_config.wait_for_go()
    listeners = [listen(host, config.ports.api) for host in on_loopback_too(config.host)]
    warm, their_end = os.pipe()
    workers = [
        _fork_worker(application, host, config, listeners, their_end) for _ in range(config.workers)
    ]
    os.close(their_end)
    for _ in workers:
        if not os.read(warm, 1):
            return 1
    host_config.say_ready(json.dumps(broken))
    return _watch(workers)


def _load_what_they_load_late() -> None:
    """Runs once, before the fork: otherwise each worker spends a second of CPU on the SDK's libraries."""
    if "tams.runtime.deployment" in sys.modules:
        for name in ("repositories.store", "runtime.vast", "runtime.storage", "messaging.queues"):
            importlib.import_module(f"tams.{name}")


def _fork_worker(
    application: Application,
    host: FunctionHost,
    config: HostConfig,
    listeners: list[socket.socket],
    warm: int,
) -> int:
    """Returns the worker's pid.

    Nothing is connected yet, and the only threads are numpy's and jemalloc's, which tolerate forks.
    """
    pid = os.fork()
    if pid:
        return pid
    try:
        os._exit(_work(application, host, config, listeners, warm))
    except BaseException:  # noqa: BLE001 - a fork must not return into its parent's code
        _log.exception("a gateway worker failed")
        os._exit(1)


def _work(
    application: Application,
    host: FunctionHost,
    config: HostConfig,
    listeners: list[socket.socket],
    warm: int,
) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threads = ThreadPoolExecutor(_THREADS, "handler")
    journal = Journal(config.terminal)
    threads.submit(_warm_up, application, host, journal).result()
    key = config.credentials.aws.access_key
    public_url = config.extra_environment.get("TAMS_PUBLIC_URL", "")
    gateway: Any = Gateway(
        application, host, threads, journal, key, is_open=config.is_open, public_url=public_url
    )
    BoundedHttpProtocol.connections_max = connections_bound()
    os.write(warm, b".")
    os.close(warm)
    uvicorn.Server(
        uvicorn.Config(
            gateway,
            loop="uvloop",
            http=BoundedHttpProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_FAREWELL_SECONDS,
        )
    ).run(sockets=listeners)
    return 0


def _warm_up(application: Application, host: FunctionHost, journal: Journal) -> None:
    """Sends a HEAD to each function, so that the first request finds everything built."""
    authorizer = Authorizer(host, application.authorizer)
    first: dict[str, Route] = {}
    for route in application.routes:
        if route.method in ("ANY", "HEAD", "GET"):
            first.setdefault(route.function, route)
    for name, route in first.items():
        path = "/".join(_NOBODY if it.startswith("{") else it for it in route.path.split("/"))
        request = HttpRequest("HEAD", path, "", [], b"", LOOPBACK, "http", "1.1", LOOPBACK, 0)
        try:
            host.invoke(name, authorizer.authorized(to_event(request, Match(route, {}))))
        except (HandlerError, NotAuthorizedError) as error:
            journal.line(f"{name} failed at its first event: {error}")


def _watch(workers: list[int]) -> int:
    """Waits for a stop signal or the end of one worker, then ends them all."""
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True
        for pid in workers:
            os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pid, status = os.wait()
    while pid not in workers:  # the watcher of leash.py
        pid, status = os.wait()
    if not stopping:
        sys.stderr.write(f"worker {pid} ended with status {os.waitstatus_to_exitcode(status)}\n")
    workers.remove(pid)
    failed = not stopping
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    for pid in workers:
        os.waitpid(pid, 0)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
