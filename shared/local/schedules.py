"""Schedules as EventBridge fires them."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import Any

from local.application import Schedule
from local.intrinsics import ACCOUNT_ID, REGION

_RATE = re.compile(r"rate\((\d+) (second|minute|hour|day)s?\)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
"""EventBridge has no seconds; tests use them."""


def rate_seconds(expression: str) -> float | None:
    """The period of `rate(…)`; None for expressions that do not fire here, such as `cron(…)`."""
    match = _RATE.fullmatch(expression.strip())
    return int(match[1]) * _SECONDS[match[2]] if match else None


def scheduled_event(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """The event the function receives: the template's Input, or EventBridge's own event."""
    if schedule.payload is not None:
        payload: dict[str, Any] = json.loads(schedule.payload)
        return payload
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT_ID,
        "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{schedule.name}"],
        "detail": {},
    }


def fire_until(
    stopped: Event,
    schedule: Schedule,
    every_seconds: float,
    fire: Callable[[dict[str, Any]], None],
) -> None:
    """Fires at once and then every period, never twice at the same time."""
    while not stopped.is_set():
        fire(scheduled_event(schedule, datetime.now(UTC)))
        stopped.wait(every_seconds)
