"""The Lambda edge: an event in, an answer out, and a log line of it; two for what may change something."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from fastapi import APIRouter
from mangum import Mangum

from tams.api.answer_encoding import encoded
from tams.api.app import create_app
from tams.api.audit import READING, audited
from tams.api.public_url import PUBLIC_URL, base_path, public_url
from tams.api.raw_path import protected
from tams.api.security import secured
from tams.container import Container
from tams.deadline import SecondsLeft, invocation
from tams.runtime.aws import build

Event = dict[str, Any]
Build = Callable[[], Container]

logger = Logger()
_thread = threading.local()


def api_handler(router: APIRouter, build: Build = build) -> Callable[[Event, Any], Event]:
    """The `lambda_handler` of an API function; the app is built at the first event and kept."""
    built = cache(build)

    @cache
    def adapter() -> Mangum:
        _ensure_event_loop()
        return Mangum(create_app(router, built()), lifespan="off")

    def lambda_handler(event: Event, context: Any) -> Event:
        _ensure_event_loop()
        started = time.perf_counter()
        http = event["requestContext"]["http"]
        to_match = {
            **http,
            "path": protected(event["rawPath"].removeprefix(base_path(event)) or "/"),
        }
        request = {
            **event,
            "requestContext": {**event["requestContext"], "http": to_match},
            "headers": _without_address(event),
            PUBLIC_URL: public_url(event, built().address),
        }
        wanted = event.get("headers", {}).get("accept-encoding", "")
        with invocation(_seconds_left_of(context)):
            answered = adapter()(request, context)
        answer: Event = secured(encoded(answered, http["method"], wanted))
        told = {
            "method": http["method"],
            "status": answer["statusCode"],
            "correlation_id": event["requestContext"].get("requestId"),
        }
        duration_ms = round((time.perf_counter() - started) * 1000, 1)
        logger.info(
            "request", extra={**told, "route": event.get("routeKey"), "duration_ms": duration_ms}
        )
        if http["method"] not in READING:
            logger.info("audit", extra={**told, **audited(event)})
        return answer

    return lambda_handler


def _without_address(event: Event) -> dict[str, str]:
    """The headers but those of which the adapter makes a server's address: `public_url` has the address.

    Clients can spell them so that it fails, or so that paths are read wrong.
    """
    return {
        name: value
        for name, value in event.get("headers", {}).items()
        if name.lower() not in ("host", "x-forwarded-port", "x-forwarded-proto")
    }


def queue_handler(
    process: Callable[[Container, Any, SecondsLeft], None], build: Build = build
) -> Callable[[Event, Any], Any]:
    """The `lambda_handler` of an SQS worker: a record that fails comes back alone, the others are done."""
    built = cache(build)

    def lambda_handler(event: Event, context: Any) -> Any:
        seconds_left = _seconds_left_of(context)

        def handle(record: SQSRecord) -> None:
            process(built(), json.loads(record.body), seconds_left)

        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        with invocation(seconds_left):
            answer = process_partial_response(event, handle, processor, context)
        failed = len(answer["batchItemFailures"])
        logger.info("batch", extra={"records": len(event["Records"]), "failed": failed})
        return answer

    return lambda_handler


def batch_handler(
    process: Callable[[Container, list[Any]], None], build: Build = build
) -> Callable[[Event, Any], Any]:
    """A `queue_handler` whose messages are done together, which for some work costs much less.

    When that fails they are done one by one, so that only those come back that cannot be done.
    """
    built = cache(build)
    one_by_one = queue_handler(lambda container, body, _left: process(container, [body]), build)

    def lambda_handler(event: Event, context: Any) -> Any:
        records = event["Records"]
        if len(records) > 1:
            try:
                with invocation(_seconds_left_of(context)):
                    process(built(), [json.loads(record["body"]) for record in records])
            except Exception as error:  # noqa: BLE001 - whatever it is, it concerns one of them
                logger.warning("batch", extra={"records": len(records), "together": str(error)})
            else:
                logger.info("batch", extra={"records": len(records), "failed": 0})
                return {"batchItemFailures": []}
        return one_by_one(event, context)

    return lambda_handler


def schedule_handler(
    process: Callable[[Container], dict[str, int]], build: Build = build
) -> Callable[[Event, Any], dict[str, int]]:
    """The `lambda_handler` of a scheduled function; what it returns is what it did, in numbers."""
    built = cache(build)

    def lambda_handler(_event: Event, context: Any) -> dict[str, int]:
        with invocation(_seconds_left_of(context)):
            done = process(built())
        logger.info("schedule", extra=done)
        return done

    return lambda_handler


def _seconds_left_of(context: Any) -> SecondsLeft:
    return lambda: float(context.get_remaining_time_in_millis()) / 1000


def _ensure_event_loop() -> None:
    """Mangum runs the app on the thread's event loop, and only the main thread comes with one."""
    if not hasattr(_thread, "loop"):
        _thread.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_thread.loop)
