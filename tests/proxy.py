"""A reverse proxy that serves a server under a base path, and may announce it in headers."""

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.waiting import PATIENCE_SECONDS


@contextmanager
def proxy(base_path: str, headers: Mapping[str, str]) -> Iterator["Proxy"]:
    """Adds `headers`. Forwards once it knows where to: see `Proxy.upstream`."""
    server = Proxy(base_path, headers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Proxy(ThreadingHTTPServer):
    daemon_threads = True
    upstream = ""

    def __init__(self, base_path: str, headers: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.base_path, self.headers = base_path, headers

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{self.base_path}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        base = self.server.base_path
        if not self.path.startswith(f"{base}/"):
            self.send_error(404)
            return
        connection = http.client.HTTPConnection(
            urlsplit(self.server.upstream).netloc, timeout=PATIENCE_SECONDS
        )
        connection.request("GET", self.path.removeprefix(base), headers=dict(self.server.headers))
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""
