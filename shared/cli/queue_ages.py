"""The age of a queue's oldest message, here and on AWS."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx

from cli.errors import CommandError, one_line
from cli.stacks import client


def ages_here(local_url: str) -> Callable[[str], float | None]:
    """Ages reported by the local queue server itself."""
    try:
        found: dict[str, float] = httpx.get(f"{local_url}/oldest-seconds", timeout=10).json()
    except (httpx.TransportError, ValueError) as error:
        raise CommandError(
            f"{local_url} does not answer ({one_line(error)}). Start the local server with `make run`, "
            "or name its queues with --queues or TAMS_QUEUE_URL."
        ) from error
    return found.get


def ages_in_cloudwatch(stack: str) -> Callable[[str], float | None]:
    watch = client("cloudwatch", stack)

    def age(name: str) -> float | None:
        now = datetime.now(UTC)
        found = watch.get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName="ApproximateAgeOfOldestMessage",
            Dimensions=[{"Name": "QueueName", "Value": name}],
            StartTime=now - timedelta(minutes=15),
            EndTime=now,
            Period=300,
            Statistics=["Maximum"],
        )["Datapoints"]
        latest = max(found, key=lambda each: each["Timestamp"], default=None)
        return None if latest is None else float(latest["Maximum"])

    return age
