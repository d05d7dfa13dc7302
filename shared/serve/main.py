"""Run the service without Lambda: the API, the background work, or both."""

import argparse
import importlib
import logging
import os
import shutil
import socket
import sys
import threading
import warnings
from collections.abc import Callable

from local import prometheus, streams
from local.application import Application
from local.ports import listen
from local.routes import RouteTable
from serve.application import served_application
from serve.draining import Draining
from serve.environment import Places, checked_environment
from serve.errors import ServeError
from serve.front import Front
from serve.functions import Functions
from serve.memory_queues import ApiQueues
from serve.processes import Kept, Processes
from serve.requests import Requests
from serve.server import serve
from serve.settings import ServeSettings, serve_settings
from serve.taking import renderers
from serve.worker import Worker, functions_of

ROLES = ("api", "worker", "all")
_MARGIN_SECONDS = 5.0
"""For a process to end after it has drained."""

_EPILOG = """\
Everything comes from the environment: the variables of the functions (TAMS_VAST__…,
TAMS_STORAGE_BACKENDS, TAMS_QUEUES__…, TAMS_ACCESS__…), and TAMS_SERVE__… for the processes:
see shared/docs/settings.md. Without TAMS_QUEUES__…, workers look for work in VAST.
"""


def main() -> int:
    arguments = _arguments()
    streams.never_fail()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger(os.environ["POWERTOOLS_SERVICE_NAME"]).propagate = False  # it writes JSON
    try:
        settings = serve_settings(
            host=arguments.host,
            port=arguments.port,
            processes=arguments.processes,
            workers=arguments.workers,
        )
        return _run(arguments.role, settings)
    except ServeError as error:
        sys.stderr.write(f"tams serve: {error}\n")
        return 1


def _run(role: str, settings: ServeSettings) -> int:
    places = checked_environment()
    folder = prometheus.prepare_folder()
    try:
        return _run_with_metrics(role, settings, places)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_with_metrics(role: str, settings: ServeSettings, places: Places) -> int:
    prometheus.PrometheusSink().use()
    application, root = served_application(settings)
    draining = Draining()
    functions = Functions(application, root, draining)
    warnings.filterwarnings(
        "ignore", ".*use of fork", DeprecationWarning
    )  # nothing is connected yet
    kept: list[Kept] = []
    api = _listener(settings.host, settings.port) if role != "worker" else None
    own = None
    if role != "api" and settings.worker_port:
        own = _listener(settings.host, settings.worker_port)
    if api is not None:
        work = _without(own, _api(application, functions, places, settings, draining, api))
        kept += [Kept("api", work) for _ in range(settings.processes)]
    if role != "api":
        functions.load(functions_of(application))
        worker = Worker(application, functions, places, settings, draining, own)
        kept += [Kept("worker", _without(api, worker.run)) for _ in range(settings.workers)]
    _load_what_they_load_late()
    patience = settings.lame_seconds + settings.drain_seconds + _MARGIN_SECONDS
    sys.stderr.write(f"tams serve: {_words(role, settings, places)}\n")

    def on_stop() -> None:
        """What this process alone listens to, nobody would accept."""
        for each in (api, own):
            if each is not None:
                each.close()

    code = Processes(kept, patience, on_end=prometheus.forget, on_stop=on_stop).run()
    sys.stderr.write("tams serve: stopped\n")
    return code


def _api(
    application: Application,
    functions: Functions,
    places: Places,
    settings: ServeSettings,
    draining: Draining,
    listener: socket.socket,
) -> Callable[[], int]:
    """The work of an API process. Raises ServeError."""
    names = {route.function for route in application.routes}
    functions.load(names)
    if not places.queues:
        functions.load({"renderer"})

    def work() -> int:
        from tams.runtime.authorizer import finder  # noqa: PLC0415 - a worker does without
        from tams.runtime.deployment import deployment  # noqa: PLC0415

        rendering: list[threading.Thread] = []
        if not places.queues:
            deployment().queues = queues = ApiQueues()
            rendering += renderers(application, functions, queues.renders, draining)
        apps = {name: functions.app(name) for name in names}
        table = RouteTable(application.routes)
        requests = Requests(apps, table, places.settings, finder(places.access))
        front = Front(application, requests, settings, draining, prometheus.exposed)
        for each in rendering:
            each.start()
        serve(front, [listener], settings, draining)
        for each in rendering:
            each.join(draining.seconds_left)
        return 0

    return work


def _without(other: socket.socket | None, work: Callable[[], int]) -> Callable[[], int]:
    """Work that lets go of what it inherited of the other role.

    Else that port stays open until this process ends, and whoever connects meanwhile gets no answer.
    """

    def run() -> int:
        if other is not None:
            other.close()
        return work()

    return run


def _listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise ServeError(f"cannot listen on {host} port {port}: {error.strerror}") from error


def _load_what_they_load_late() -> None:
    """Once, before the processes are forked: each would spend a second of CPU on it otherwise."""
    for name in ("repositories.store", "runtime.storage", "runtime.vast", "messaging.queues"):
        importlib.import_module(f"tams.{name}")


def _words(role: str, settings: ServeSettings, places: Places) -> str:
    parts = []
    if role != "worker":
        where = f"[{settings.host}]" if ":" in settings.host else settings.host
        processes = _counted(settings.processes, "API process", "API processes")
        parts.append(f"{processes} at http://{where}:{settings.port}")
    if role != "api":
        parts.append(_counted(settings.workers, "worker", "workers"))
    parts.append("queues: SQS" if places.queues else "queues: none, workers look for work in VAST")
    if places.access.open:
        parts.append("OPEN to everyone who can reach it")
    return ", ".join(parts)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tams serve",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("role", choices=ROLES, help="the API, the background work, or both")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (8000)")
    parser.add_argument("--processes", type=int, help="API processes (2)")
    parser.add_argument("--workers", type=int, help="worker processes (1)")
    return parser.parse_args()
