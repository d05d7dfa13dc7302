"""Services on their own local VAST, without a gateway: for what concerns transactions."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tams.settings import Settings

VAST_KEYS = {"VASTLOCAL_ACCESS_KEY": "K", "VASTLOCAL_SECRET_KEY": "S"}
STORAGE_ID = "3b241101-e2bb-4255-8caf-4136c566a962"


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def a_local_vast(data: Path, *, conflicts: str = "strict", port: int = 0) -> Iterator[str]:
    """The URL of a vastlocal that runs as long as the block."""
    port = port or a_free_port()
    command = [sys.executable, "-m", "vastlocal", "--port", str(port), "--data", str(data)]
    command += ["--bucket", "tams", "--conflicts", conflicts]
    with subprocess.Popen(
        command, env={**os.environ, **VAST_KEYS}, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert "ready" in server.stdout.readline()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def settings_for(vast_url: str, **changes: Any) -> Settings:
    """S3, the queues and Lambda are named but not there: nothing here needs them."""
    return Settings.model_validate(
        {
            "vast": {
                "endpoint": vast_url,
                "bucket": "tams",
                "schema": "tams",
                "timeout_seconds": 120,  # a busy machine is no fault
                "access_key": "K",
                "secret_key": "S",
                "patience_seconds": 240,
                **changes,
            },
            "storage_backends": [
                {
                    "id": STORAGE_ID,
                    "bucket": "media",
                    "endpoint_url": "http://127.0.0.1:1",
                    "provider": "none",
                    "store_product": "none",
                    "label": "local",
                    "default_storage": True,
                    "access_key": "K",
                    "secret_key": "S",
                }
            ],
            "queues": {
                "object_cleanup": "http://127.0.0.1:1/queue",
                "deletions": "http://127.0.0.1:1/queue",
                "events": "http://127.0.0.1:1/queue",
                "deliveries": "http://127.0.0.1:1/queue",
                "copies": "http://127.0.0.1:1/queue",
                "renders": "http://127.0.0.1:1/queue",
            },
            "sqs_endpoint_url": "http://127.0.0.1:1",
            "lambda_endpoint_url": "http://127.0.0.1:1",
        }
    )
