"""`/metrics` of a worker, at a port of its own: nothing else of it answers HTTP."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.prometheus import CONTENT_TYPE, exposed

LIVE, METRICS = "/health/live", "/metrics"


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self) -> None:
        if self.path == LIVE:
            self._answer(200, "application/json", b'{"status": "ok"}')
        elif self.path == METRICS:
            self._answer(200, CONTENT_TYPE, exposed())
        else:
            self._answer(404, "text/plain", b"there are /health/live and /metrics\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Probes are nothing to log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener


def answer_at(listener: socket.socket) -> None:
    """In a thread, as long as the process lives. Several processes may share the listener."""
    threading.Thread(target=_Server(listener).serve_forever, daemon=True).start()
