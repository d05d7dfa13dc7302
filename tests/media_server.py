"""A client's own media store: a real server, which may redirect or fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def media_server(
    content: bytes, *, redirects: int = 0, to: str = "", fault: str | None = None
) -> Iterator[str]:
    """Its URL, after which it redirects so often, to itself or `to` elsewhere, before it tells `content`.

    As a `fault` it answers "404", or promises a byte more than it sends and is "cut off".
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            step = int(self.path.rpartition("/")[2])
            if step < redirects:
                self.send_response(302)
                self.send_header("Location", to or f"../again/{step + 1}")
                self.end_headers()
                return
            self.send_response(404 if fault == "404" else 200)
            self.send_header("Content-Length", str(len(content) + (fault == "cut off")))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/media/0"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
