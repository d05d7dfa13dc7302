"""Lambda's runtime API, for one function: hands events to its bootstrap, and takes the answers.

Source: AWS Lambda Developer Guide, "Using the Lambda runtime API", version 2018-06-01.
"""

import json
import queue
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_VERSION = "/2018-06-01/runtime"
_ANSWER = re.compile(rf"{_VERSION}/invocation/([^/]+)/(response|error)")
_PATIENCE_SECONDS = 120.0


class FunctionFailedError(Exception):
    """The function raised an exception, or could not be loaded: `errorType` and `errorMessage`."""


class RuntimeApi:
    def __init__(self, port: int) -> None:
        self.address = f"127.0.0.1:{port}"
        self.waiting: queue.Queue[tuple[str, bytes] | None] = queue.Queue()
        self.answers: queue.Queue[tuple[str, str, Any]] = queue.Queue()

    def invoke(self, event: Any) -> Any:
        """The function's answer. Raises FunctionFailedError, queue.Empty."""
        request_id = str(uuid.uuid4())
        self.waiting.put((request_id, json.dumps(event).encode()))
        answered, kind, answer = self.answers.get(timeout=_PATIENCE_SECONDS)
        if kind != "response":
            raise FunctionFailedError(f"{answer['errorType']}: {answer['errorMessage']}")
        assert answered == request_id
        return answer


@contextmanager
def runtime_api() -> Iterator[RuntimeApi]:
    """As long as the block lasts. A bootstrap that still waits for an event then loses its connection."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == f"{_VERSION}/invocation/next"
            if (given := api.waiting.get()) is None:
                return
            request_id, event = given
            self.send_response(200)
            for name, value in {
                "Lambda-Runtime-Aws-Request-Id": request_id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 29) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": (
                    "arn:aws:lambda:us-east-1:123456789012:function:sample:live"
                ),
                "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
                "Content-Type": "application/json",
                "Content-Length": str(len(event)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(event)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request_id, kind = "", "error"  # of /init/error
            if match := _ANSWER.fullmatch(self.path):
                request_id, kind = match.groups()
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()
            api.answers.put((request_id, kind, json.loads(body)))

        def log_message(self, *_: Any) -> None:
            """No line for each request."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api = RuntimeApi(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            api.waiting.put(None)
            server.shutdown()
