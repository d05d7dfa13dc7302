"""`python -m tests.benchmark.floor_server http|raw`: the least that a server of the same bytes can do.

`http` is Starlette on uvicorn and answers what was PUT to `/answers/{name}` to any request of `/{name}`.
`raw` reads so many bytes and writes so many, as each connection says first, and knows no HTTP.
"""

import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.benchmark.wire import received

_answers: dict[str, bytes] = {}


async def _keep(request: Request) -> Response:
    _answers[request.path_params["name"]] = await request.body()
    return Response(status_code=204)


async def _answer(request: Request) -> Response:
    await request.body()
    return Response(_answers[request.path_params["name"]], media_type="application/json")


def _serve_http(listener: socket.socket) -> None:
    app = Starlette(
        routes=[
            Route("/answers/{name}", _keep, methods=["PUT"]),
            Route("/{name}", _answer, methods=["GET", "PUT", "POST"]),
        ]
    )
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="none", access_log=False, log_level="warning"
    )
    uvicorn.Server(config).run(sockets=[listener])


def _serve_raw(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_exchange, args=(connection,), daemon=True).start()


def _exchange(connection: socket.socket) -> None:
    with connection:
        request_bytes, answer_bytes = struct.unpack("!II", received(connection, 8))
        answer = bytes(answer_bytes)
        while received(connection, request_bytes):
            connection.sendall(answer)


@dataclass(frozen=True)
class FloorServer:
    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def a_floor_server(kind: str) -> Iterator[FloorServer]:
    """It runs as long as the block, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        port = listener.getsockname()[1]
        descriptor = listener.fileno()
        command = [sys.executable, "-m", "tests.benchmark.floor_server", kind, str(descriptor)]
        with subprocess.Popen(command, pass_fds=[descriptor]) as process:
            try:
                yield FloorServer(port, process.pid)
            finally:
                process.kill()


if __name__ == "__main__":
    serve = {"http": _serve_http, "raw": _serve_raw}[sys.argv[1]]
    with socket.socket(fileno=os.dup(int(sys.argv[2]))) as inherited:
        serve(inherited)
