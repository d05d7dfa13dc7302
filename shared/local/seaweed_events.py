"""S3's ObjectCreated notifications from SeaweedFS, which POSTs each change of a file to us."""

import base64
import hmac
import http.server
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from threading import Event
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.ports import LOOPBACK
from local.s3_events import event_of

_log = logging.getLogger(__name__)

_BUCKETS = "/buckets/"
_BODY_BYTES_MAX = 4 * 1024 * 1024
_LOOK_SECONDS = 0.5


class UploadListener:
    """Sends a message to `queue_urls` when SeaweedFS says that an object was written.

    It answers only who has `token`. If a queue does not take the message, SeaweedFS tries again.
    """

    def __init__(self, port: int, token: str, client: Any, queue_urls: Sequence[str]) -> None:
        self._port = port
        self._token = token
        self._client = client
        self._queue_urls = queue_urls

    def run(self, stopped: Event) -> None:
        with http.server.ThreadingHTTPServer((LOOPBACK, self._port), self._handler()) as server:
            server.timeout = _LOOK_SECONDS
            while not stopped.is_set():
                server.handle_request()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                authorization = self.headers.get("Authorization") or ""
                if not hmac.compare_digest(authorization, f"Bearer {listener._token}"):
                    self._answer(403)
                elif length > _BODY_BYTES_MAX:
                    self._answer(413)
                else:
                    self._answer(listener._take(self.rfile.read(length)))

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
                """Nothing: each upload would be a line."""

        return Handler

    def _take(self, body: bytes) -> int:
        """The status of the answer."""
        try:
            event = object_created(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("SeaweedFS sent something unknown: %r", error)
            return 400
        for url in self._queue_urls if event is not None else ():
            try:
                self._client.send_message(QueueUrl=url, MessageBody=json.dumps(event))
            except (BotoCoreError, ClientError) as error:
                _log.warning("an upload was not announced yet: %s", error)
                return 503
        return 200


def object_created(change: Mapping[str, Any]) -> dict[str, Any] | None:
    """S3's event for a change; None for one that wrote no object. Raises KeyError, TypeError, ValueError."""
    entry = change["message"].get("new_entry")
    bucket, _, key = str(change["key"]).removeprefix(_BUCKETS).partition("/")
    is_object = bool(key) and not bucket.startswith(".") and not key.startswith(".uploads/")
    if not entry or entry.get("is_directory") or not is_object:
        return None
    attributes = entry["attributes"]
    etag = base64.b64decode(entry.get("extended", {}).get("Seaweed-X-Amz-ETag", "")).decode()
    written_ns = max(
        (chunk["modified_ts_ns"] for chunk in entry.get("chunks", ())),
        default=attributes["mtime"] * 1_000_000_000,
    )
    at = datetime.fromtimestamp(written_ns / 1e9, UTC)
    return event_of(bucket, key, attributes.get("file_size", 0), etag, at)
