"""No function loads more than its services need, because every cold start pays for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = {"fastapi", "mangum", "starlette"}
STORE = {"tams.vast.api"}
TABLES = {"vastdb", "pyarrow", "ibis"}
"""For making tables only, and not in the layers."""
CLOUD = {"boto3"}
"""For requests to S3 alone, and loaded by the first."""

MODULES_MAX = {
    "authorizer": (450, set[str]()),
    "url_signer": (500, set[str]()),
    "thumbnailer": (520, set[str]()),
    # Workers
    "deletion_worker": (650, STORE),
    "object_cleanup": (645, STORE),
    "object_copy": (650, STORE),
    "renderer": (520, set[str]()),
    "object_created": (660, STORE),
    "sweeper": (715, STORE),
    "webhook_delivery": (660, STORE),
    "webhook_fanout": (635, STORE),
    "provision": (555, STORE),
    # HTTP
    "console": (740, WEB),
    "profiles": (765, WEB | STORE),
    "sources": (805, WEB | STORE),
    "collections": (790, WEB | STORE),
    "events": (780, WEB | STORE),
    "flow_delete_requests": (775, WEB | STORE),
    "flow_segments": (812, WEB | STORE),
    "flows": (805, WEB | STORE),
    "media_storage": (775, WEB | STORE),
    "playback": (795, WEB | STORE),
    "recycle_bin": (800, WEB | STORE),
    "objects": (802, WEB | STORE),
    "service": (775, WEB | STORE),
    "webhooks": (775, WEB | STORE),
}
"""Modules that a function may load, and the large libraries that it does. Pythons differ by some 40."""

OF_EACH_KIND = {"authorizer", "url_signer", "sweeper", "profiles", "flow_segments"}
"""A second of CPU each. `make verify` tries the others too."""

KEYS = {"access_key": "K", "secret_key": "S"}
BACKEND = {
    "id": "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a01",
    "bucket": "media",
    "endpoint_url": "http://127.0.0.1:1",
    "provider": "test",
    "store_product": "test",
    **KEYS,
}
ENV = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "TAMS_STORAGE_BACKENDS": json.dumps([BACKEND]),
    "TAMS_VAST__ACCESS_KEY": "K",
    "TAMS_VAST__BUCKET": "tams",
    "TAMS_VAST__ENDPOINT": "http://127.0.0.1:1",
    "TAMS_VAST__SECRET_KEY": "S",
    **{
        f"TAMS_QUEUES__{name}": "http://127.0.0.1:1/queue"
        for name in ("OBJECT_CLEANUP", "DELETIONS", "EVENTS", "DELIVERIES", "COPIES", "RENDERS")
    },
}


def test_every_function_has_a_budget() -> None:
    assert sorted(MODULES_MAX) == sorted(
        each.parent.name for each in ROOT.glob("functions/*/app.py")
    )


@pytest.mark.parametrize(
    "function",
    [
        each if each in OF_EACH_KIND else pytest.param(each, marks=pytest.mark.soak)
        for each in MODULES_MAX
    ],
)
def test_a_function_loads_what_its_services_need(function: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.template.loaded_modules", function],
        cwd=ROOT,
        env={**os.environ, **ENV},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    loaded = set(json.loads(run.stdout))
    most, libraries = MODULES_MAX[function]
    assert loaded & (WEB | STORE | TABLES) == libraries
    assert len(loaded) <= most, sorted(each for each in loaded if each.startswith("tams"))
