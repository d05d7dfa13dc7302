"""S3's ObjectCreated notifications, from watching the directory that rclone serves."""

import hashlib
import json
import logging
import time
import urllib.parse
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import watchfiles
from botocore.exceptions import BotoCoreError, ClientError

from local.intrinsics import REGION

_log = logging.getLogger(__name__)

_UNFINISHED = ".rclone_temp_"
"""How rclone names a file until its upload is complete; then it renames it."""
_SETTLE_MS = 200


class UploadWatcher:
    """Sends a message to `queue_urls` when a file in a bucket's folder has been written."""

    def __init__(self, media_dir: Path, client: Any, queue_urls: Sequence[str]) -> None:
        self._media_dir = media_dir.resolve()
        self._client = client
        self._queue_urls = queue_urls

    def run(self, stopped: Event) -> None:
        changes = watchfiles.watch(
            self._media_dir, stop_event=stopped, debounce=_SETTLE_MS, step=50, rust_timeout=1000
        )
        for batch in changes:
            paths = {Path(path) for change, path in batch if change != watchfiles.Change.deleted}
            for path in sorted(paths):
                self._announce(path)

    def _announce(self, path: Path) -> None:
        event = object_created(self._media_dir, path)
        if event is None:
            return
        for url in self._queue_urls:
            try:
                self._client.send_message(QueueUrl=url, MessageBody=json.dumps(event))
            except (BotoCoreError, ClientError) as error:
                _log.warning("an upload was not announced: %s", error)


def object_created(media_dir: Path, path: Path) -> dict[str, Any] | None:
    """S3's event for a file; None for a file that is not an object, or no longer exists."""
    bucket, _, key = path.relative_to(media_dir).as_posix().partition("/")
    try:
        if not key or path.name.startswith(_UNFINISHED) or not path.is_file():
            return None
        size = path.stat().st_size
        with path.open("rb") as file:
            etag = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    except OSError:
        return None
    return event_of(bucket, key, size, etag, datetime.now(UTC))


def event_of(bucket: str, key: str, size: int, etag: str, at: datetime) -> dict[str, Any]:
    """S3's event for an object that was written."""
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": REGION,
                "eventTime": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "eventName": "ObjectCreated:Put",
                "userIdentity": {"principalId": "local"},
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {"x-amz-request-id": uuid.uuid4().hex[:16].upper()},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "local",
                    "bucket": {
                        "name": bucket,
                        "ownerIdentity": {"principalId": "local"},
                        "arn": f"arn:aws:s3:::{bucket}",
                    },
                    "object": {
                        "key": urllib.parse.quote_plus(key, safe="/"),
                        "size": size,
                        "eTag": etag,
                        "sequencer": f"{time.time_ns():016X}",
                    },
                },
            }
        ]
    }
