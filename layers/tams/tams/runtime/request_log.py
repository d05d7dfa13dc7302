"""One log line for each request, and a second one, for the audit, if it may change something."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from tams.api.audit import READING, audited

logger = Logger()


def log_request(event: Mapping[str, Any], status: int, seconds: float) -> None:
    """`event` is that of API Gateway, or has the same parts."""
    method = event["requestContext"]["http"]["method"]
    common = {
        "method": method,
        "status": status,
        "correlation_id": event["requestContext"].get("requestId"),
    }
    duration_ms = round(seconds * 1000, 1)
    logger.info(
        "request", extra={**common, "route": event.get("routeKey"), "duration_ms": duration_ms}
    )
    if method not in READING:
        logger.info("audit", extra={**common, **audited(event)})
