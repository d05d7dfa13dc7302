"""One log line for each request, and a second one, for the audit, if it may change something."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from tams.api.audit import READING, audited
from tams.metrics import REQUEST_DURATION, REQUESTS, measure

_WAITS = "/events"
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

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
    _measure(method, str(event.get("routeKey", "")), status, seconds)
    logger.info(
        "request", extra={**common, "route": event.get("routeKey"), "duration_ms": duration_ms}
    )
    if method not in READING:
        logger.info("audit", extra={**common, **audited(event)})


def _measure(method: str, route_key: str, status: int, seconds: float) -> None:
    """By the route's pattern: a client can make up paths, and methods, without end."""
    method = method if method in _METHODS else "other"
    route = route_key.partition(" ")[2]
    measure(REQUESTS, 1, method, route, f"{status // 100}xx")
    if route != _WAITS:
        measure(REQUEST_DURATION, seconds, method, route)
