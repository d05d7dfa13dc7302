"""The sample events work: each goes to its function's real handler, in the life of one Flow."""

import asyncio
import importlib
import json
import time
from pathlib import Path
from typing import Any

import pytest

from local.lambda_context import LambdaContext
from tams.errors import BackendUnavailableError
from tams.runtime import http_handler
from tams.runtime.deployment import deployment
from tams.settings import Settings
from tests.integration.local_vast import settings_for

ROOT = Path(__file__).parents[2]


@pytest.fixture
def handle(vast_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Calls a function's lambda_handler with a sample event, configured by the environment as deployed."""
    settings: Settings = settings_for(vast_url)
    backend = settings.storage_backends[0].model_dump(mode="json", exclude_none=True)
    backend |= {"access_key": "K", "secret_key": "S"}
    for name, value in {
        "TAMS_VAST__ENDPOINT": vast_url,
        "TAMS_VAST__BUCKET": "tams",
        "TAMS_VAST__ACCESS_KEY": "K",
        "TAMS_VAST__SECRET_KEY": "S",
        "TAMS_STORAGE_BACKENDS": json.dumps([backend]),
        "TAMS_QUEUES__OBJECT_CLEANUP": "http://127.0.0.1:1/queue",
        "TAMS_QUEUES__DELETIONS": "http://127.0.0.1:1/queue",
        "TAMS_QUEUES__EVENTS": "http://127.0.0.1:1/queue",
        "TAMS_QUEUES__DELIVERIES": "http://127.0.0.1:1/queue",
        "TAMS_QUEUES__COPIES": "http://127.0.0.1:1/queue",
        "TAMS_QUEUES__RENDERS": "http://127.0.0.1:1/queue",
        "TAMS_SQS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    deployment.cache_clear()

    def call(function: str, event: str) -> Any:
        module = importlib.reload(importlib.import_module(f"functions.{function}.app"))
        context = LambdaContext(function, "512", "arn", "log", time.monotonic() + 600)
        return module.lambda_handler(json.loads((ROOT / "events" / event).read_text()), context)

    yield call
    deployment.cache_clear()
    if (loop := http_handler._thread.__dict__.pop("loop", None)) is not None:
        loop.close()
        asyncio.set_event_loop(None)


def test_a_flow_lives_through_the_sample_events(handle: Any) -> None:
    assert handle("service", "api/get_service.json")["statusCode"] == 200
    assert handle("flows", "api/put_flow.json")["statusCode"] == 201
    assert handle("media_storage", "api/post_storage.json")["statusCode"] == 201
    assert handle("flow_segments", "api/post_segments.json")["statusCode"] == 201
    listed = handle("flow_segments", "api/get_segments.json")
    assert listed["statusCode"] == 200
    assert [each["timerange"] for each in json.loads(listed["body"])] == ["[0:0_2:0)"]
    flow = json.loads(handle("flows", "api/get_flow.json")["body"])
    assert flow["timerange"] == "[0:0_2:0)"
    assert handle("flows", "api/delete_flow.json")["statusCode"] == 204
    # S3 is not there: the record comes back to the queue, and nothing is forgotten.
    failed = handle("object_cleanup", "sqs/object_cleanup.json")
    assert len(failed["batchItemFailures"]) == 1
    swept = handle("sweeper", "schedule/sweeper.json")
    assert swept == {
        "copies": 0,
        "coverage": 0,
        "batches_expired": 0,
        "events_expired": 0,
        "uploads": 0,
        "objects": 0,
        "deletion_requests": 0,
        "webhooks": 0,
        "recycle_bin": 0,
        "recycle_bin_measured": 0,
    }
    assert handle("webhooks", "api/post_webhook.json")["statusCode"] == 201
    assert json.loads(handle("flow_delete_requests", "api/get_delete_requests.json")["body"]) == []
    assert handle("provision", "invoke/provision.json") == {"ready": True, "to_do": []}
    signed = handle("url_signer", "invoke/url_signer.json")["urls"]
    assert [url.split("?")[0].rpartition("/")[2] for url in signed] == [
        "a-sample-object",
        "another-sample-object",
    ]
    with pytest.raises(BackendUnavailableError):
        handle("thumbnailer", "invoke/thumbnailer.json")  # for the same reason
    failed = handle("renderer", "sqs/renderer.json")
    assert len(failed["batchItemFailures"]) == 1
    # Nothing to do for a request that is not there any more.
    assert handle("deletion_worker", "sqs/deletion_worker.json") == {"batchItemFailures": []}
    assert handle("webhook_fanout", "sqs/webhook_fanout.json") == {"batchItemFailures": []}
    assert handle("webhook_delivery", "sqs/webhook_delivery.json") == {"batchItemFailures": []}
