"""`python -m local.queue_server HOST PORT`: SQS, in memory."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from local import streams
from local.intrinsics import ACCOUNT_ID, REGION
from local.signed import QUEUE_ACCESS_KEY
from local.sqs.actions import Queues
from local.sqs.app import SqsApp
from vastlocal.http.doors import Door

_KEEP_ALIVE_SECONDS = 300
_FAREWELL_SECONDS = 1


class _Server(uvicorn.Server):
    """Ends with status 0 when asked to stop; uvicorn would raise the signal again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def main(host: str, port: int) -> None:
    streams.never_fail()
    app: Any = SqsApp(Queues(ACCOUNT_ID, REGION), Door(host), os.environ[QUEUE_ACCESS_KEY])
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_FAREWELL_SECONDS,
    )
    _Server(config).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
