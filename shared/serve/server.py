"""One API process: uvicorn, and how it ends without losing a request."""

import asyncio
import signal
import socket
from collections.abc import Sequence
from typing import Any

import uvicorn

from local.http_protocol import BoundedHttpProtocol, connections_bound
from serve.draining import Draining
from serve.settings import ServeSettings

_LOOK_SECONDS = 0.05
_LOOKS = 40
"""So for two seconds a connection without a request stays open: one that is on its way gets its answer."""


class DrainingServer(uvicorn.Server):
    """After SIGTERM it accepts for `lame_seconds` more, then closes its listeners.

    Connections that are open get an answer to their next request, which says that they close. So a client
    that has just sent one does not lose it.
    """

    def __init__(
        self, config: uvicorn.Config, draining: Draining, lame_seconds: float, drain_seconds: float
    ) -> None:
        super().__init__(config)
        self._draining = draining
        self._lame_seconds = lame_seconds
        self._drain_seconds = drain_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._draining.begin(self._lame_seconds + self._drain_seconds)
        await asyncio.sleep(self._lame_seconds)
        await asyncio.sleep(0)  # accept who has connected already: closing would reset them
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for _ in range(_LOOKS):
            if self.server_state.connections:
                await asyncio.sleep(_LOOK_SECONDS)
        await super().shutdown(sockets)


def serve(
    app: Any, listeners: Sequence[socket.socket], settings: ServeSettings, draining: Draining
) -> None:
    """Returns once the process has drained."""
    BoundedHttpProtocol.connections_max = connections_bound()
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=BoundedHttpProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=round(settings.drain_seconds),
    )
    server = DrainingServer(config, draining, settings.lame_seconds, settings.drain_seconds)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # uvicorn raises again what it has handled
    server.run(sockets=list(listeners))
