"""`python -m local.queue_server HOST PORT`: moto's SQS, in memory and quiet."""

import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.sqs.models import sqs_backends
from werkzeug.serving import run_simple

from local.intrinsics import ACCOUNT_ID, REGION

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


def telling_ages(application: WsgiApp) -> WsgiApp:
    """`GET /oldest-seconds` says how old each queue's oldest message is, as CloudWatch does on AWS."""

    def told(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/oldest-seconds":
            return application(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(_oldest_seconds()).encode()]

    return told


def _oldest_seconds() -> dict[str, float]:
    now_ms = time.time() * 1000
    return {
        queue.name: (now_ms - min(each.sent_timestamp or now_ms for each in queue._messages)) / 1000
        for queue in sqs_backends[ACCOUNT_ID][REGION].queues.values()
        if queue._messages
    }


def main(host: str, port: int) -> None:
    signal.signal(signal.SIGTERM, _stop)
    application = DomainDispatcherApplication(create_backend_app)
    run_simple(
        host,
        port,
        telling_ages(one_at_a_time(application)),
        threaded=True,
        request_handler=QuietHandler,
    )


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
