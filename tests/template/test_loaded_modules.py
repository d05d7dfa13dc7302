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
QUEUE = {"boto3"}

MODULES_MAX = {
    "authorizer": (450, set[str]()),
    "url_signer": (660, QUEUE),
    # Workers
    "deletion_worker": (775, STORE | QUEUE),
    "object_cleanup": (780, STORE | QUEUE),
    "object_copy": (785, STORE | QUEUE),
    "object_created": (795, STORE | QUEUE),
    "sweeper": (860, STORE | QUEUE),
    "webhook_delivery": (790, STORE | QUEUE),
    "webhook_fanout": (775, STORE | QUEUE),
    "provision": (690, STORE),
    # HTTP, without a queue or a bucket
    "profiles": (730, WEB | STORE),
    "sources": (735, WEB | STORE),
    "collections": (750, WEB | STORE),
    # HTTP
    "events": (915, WEB | STORE | QUEUE),
    "flow_delete_requests": (905, WEB | STORE | QUEUE),
    "flow_segments": (945, WEB | STORE | QUEUE),
    "flows": (925, WEB | STORE | QUEUE),
    "media_storage": (915, WEB | STORE | QUEUE),
    "playback": (925, WEB | STORE),
    "recycle_bin": (925, WEB | STORE | QUEUE),
    "objects": (915, WEB | STORE | QUEUE),
    "service": (915, WEB | STORE | QUEUE),
    "webhooks": (915, WEB | STORE | QUEUE),
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
        for name in ("OBJECT_CLEANUP", "DELETIONS", "EVENTS", "DELIVERIES", "COPIES")
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
    assert loaded & (WEB | STORE | QUEUE | TABLES) == libraries
    assert len(loaded) <= most, sorted(each for each in loaded if each.startswith("tams"))
