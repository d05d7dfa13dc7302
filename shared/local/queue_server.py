"""`python -m local.queue_server HOST PORT`: moto's SQS, in memory and quiet."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import run_simple

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class QuietHandler(MotoRequestHandler):
    """Pollers ask several times a second; a line for each would be all there is to read."""

    def log_request(self, *_: object, **__: object) -> None:
        """Not at all."""


def one_at_a_time(application: WsgiApp) -> WsgiApp:
    """Around moto, which takes no lock when it deletes a message, and may lose one that is sent meanwhile."""
    lock = threading.Lock()

    def serialised(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        waits = str(environ.get("HTTP_X_AMZ_TARGET", "")).endswith(".ReceiveMessage")
        with contextlib.nullcontext() if waits else lock:
            return application(environ, start_response)

    return serialised


def main(host: str, port: int) -> None:
    signal.signal(signal.SIGTERM, _stop)
    application = DomainDispatcherApplication(create_backend_app)
    run_simple(
        host,
        port,
        one_at_a_time(application),
        threaded=True,
        request_handler=QuietHandler,
    )


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
