"""The Lambda edge of background functions, which a queue or a schedule starts."""

import json
import time
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from tams.deadline import invocation
from tams.errors import RequestFailedError
from tams.metrics import SWEEP_DURATION, SWEEPS, measure
from tams.ports import Platform
from tams.runtime.cloudwatch import flush_metrics, use_cloudwatch
from tams.runtime.deployment import deployment
from tams.runtime.time_left import seconds_left_of

Event = dict[str, Any]

logger = Logger()


def queue_handler(
    process: Callable[[Platform, Any], None], platform: Callable[[], Platform] = deployment
) -> Callable[[Event, Any], Any]:
    """The `lambda_handler` of an SQS worker. Only the records that fail are returned for retry."""
    use_cloudwatch()

    def lambda_handler(event: Event, context: Any) -> Any:
        def handle(record: SQSRecord) -> None:
            try:
                process(platform(), json.loads(record.body))
            except RequestFailedError as error:
                logger.warning("record", extra={"id": record.message_id, "reason": str(error)})
                raise

        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        with invocation(seconds_left_of(context)):
            answer = process_partial_response(event, handle, processor, context)
        flush_metrics()
        failed = len(answer["batchItemFailures"])
        logger.info("batch", extra={"records": len(event["Records"]), "failed": failed})
        return answer

    return lambda_handler


def batch_handler(
    process: Callable[[Platform, list[Any]], None], platform: Callable[[], Platform] = deployment
) -> Callable[[Event, Any], Any]:
    """A `queue_handler` that processes messages together, which costs much less for some work.

    If that fails they are processed one by one, so that only the failing ones are returned.
    """
    one_by_one = queue_handler(lambda it, body: process(it, [body]), platform)

    def lambda_handler(event: Event, context: Any) -> Any:
        records = event["Records"]
        if len(records) > 1:
            try:
                with invocation(seconds_left_of(context)):
                    process(platform(), [json.loads(record["body"]) for record in records])
            except Exception as error:  # noqa: BLE001 - whatever it is, it concerns one of them
                logger.warning("batch", extra={"records": len(records), "together": str(error)})
            else:
                flush_metrics()
                logger.info("batch", extra={"records": len(records), "failed": 0})
                return {"batchItemFailures": []}
        return one_by_one(event, context)

    return lambda_handler


def schedule_handler(
    process: Callable[[Platform], dict[str, int]], platform: Callable[[], Platform] = deployment
) -> Callable[[Event, Any], dict[str, int]]:
    """The `lambda_handler` of a scheduled function. It returns counts of what it did."""
    use_cloudwatch()

    def lambda_handler(_event: Event, context: Any) -> dict[str, int]:
        started = time.perf_counter()
        try:
            with invocation(seconds_left_of(context)):
                done = process(platform())
            measure(SWEEPS)
        finally:
            measure(SWEEP_DURATION, time.perf_counter() - started)
            flush_metrics()
        logger.info("schedule", extra=done)
        return done

    return lambda_handler
