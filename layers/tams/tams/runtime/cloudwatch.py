"""Metrics on Lambda: one line of the log for each event, which CloudWatch turns into metrics (EMF).

The only dimension is the function: every combination of dimensions is billed as a metric. Log lines
have route, method and status.
"""

import os
import threading
from collections import defaultdict

from aws_lambda_powertools.metrics import EphemeralMetrics

from tams.metrics import ALL, Metric, send_to

_VALUES_MAX = 100
"""The most of one metric that CloudWatch takes in a line. Of more round trips, a sample will do."""


class CloudWatchSink:
    """Holds the values of one event."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, list[float]] = defaultdict(list)

    def take(self, metric: Metric, value: float, labels: tuple[str, ...]) -> None:
        del labels
        with self._lock:
            values = self._values[metric.name]
            if metric.kind == "counter" and values:
                values[0] += value
            elif metric.kind == "gauge":
                values[:] = [value]
            elif len(values) < _VALUES_MAX:
                values.append(value)

    def flush(self) -> None:
        with self._lock:
            taken, self._values = self._values, defaultdict(list)
        if not taken:
            return
        metrics = EphemeralMetrics()
        for metric in ALL:
            for value in taken.get(metric.name, ()):
                metrics.add_metric(metric.name, metric.unit, value)
        metrics.flush_metrics()


class _Chosen:
    sink: CloudWatchSink | None = None


def use_cloudwatch() -> None:
    """If this process is a function on Lambda, and nobody has turned its metrics off."""
    is_off = os.environ.get("POWERTOOLS_METRICS_DISABLED", "").lower() in ("1", "true", "yes")
    if "AWS_LAMBDA_RUNTIME_API" in os.environ and not is_off:
        _Chosen.sink = CloudWatchSink()
        send_to(_Chosen.sink)


def flush_metrics() -> None:
    """At the end of each event."""
    if _Chosen.sink is not None:
        _Chosen.sink.flush()
