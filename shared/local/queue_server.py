"""`python -m local.queue_server HOST PORT`: moto's SQS, in memory, quiet, and nothing else of moto."""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from moto.sqs.models import sqs_backends
from werkzeug.serving import run_simple

from local import streams
from local.intrinsics import ACCOUNT_ID, REGION
from local.signed import QUEUE_ACCESS_KEY, is_signed_with
from vastlocal.http.doors import Door

AGES_PATH = "/oldest-seconds"

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


def guarded(application: WsgiApp, door: Door, access_key: str) -> WsgiApp:
    """Around a server that would let anybody do anything: no web pages, and only the stack's key.

    The ages of messages are not secret.
    """

    def admitted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        reason = door.refusal(environ.get("HTTP_HOST"), environ.get("HTTP_ORIGIN"))
        signed = is_signed_with(access_key, environ.get("HTTP_AUTHORIZATION"))
        if not reason and not signed and environ["PATH_INFO"] != AGES_PATH:
            reason = "requests must be signed with the access key of the local stack"
        if not reason:
            return application(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "application/json")])
        return [json.dumps({"__type": "AccessDeniedException", "message": reason}).encode()]

    return admitted


def telling_ages(application: WsgiApp) -> WsgiApp:
    """`GET /oldest-seconds` says how old each queue's oldest message is, as CloudWatch does on AWS."""

    def told(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != AGES_PATH:
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
    streams.never_fail()
    signal.signal(signal.SIGTERM, _stop)
    application = telling_ages(one_at_a_time(create_backend_app("sqs")))
    run_simple(
        host,
        port,
        guarded(application, Door(host), os.environ[QUEUE_ACCESS_KEY]),
        threaded=True,
        request_handler=QuietHandler,
    )


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
