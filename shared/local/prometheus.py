"""Metrics for Prometheus: processes write theirs to files of one folder, and any of them answers for all.

Source: prometheus_client, "Multiprocess Mode".
"""

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tams.metrics import ALL, Metric, send_to

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""From a round trip to VAST to an event that waited for its receiver."""


def prepare_folder() -> Path:
    """A new folder, before prometheus_client is imported, which reads its name once."""
    folder = Path(os.environ.get(FOLDER) or tempfile.mkdtemp(prefix="tams-metrics-"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(0o700, parents=True)
    os.environ[FOLDER] = str(folder)
    return folder


def prometheus_name(metric: Metric) -> str:
    """VastDuration is `tams_vast_duration_seconds`, Requests `tams_requests_total`."""
    words = re.sub("(?<=[a-z])(?=[A-Z])", "_", metric.name).lower()
    unit = "_seconds" if metric.in_seconds else ""
    return f"tams_{words}{unit}{'_total' if metric.kind == 'counter' else ''}"


class PrometheusSink:
    """A `tams.metrics.Sink`, after `prepare_folder`. Only processes that are forked later may share it."""

    def __init__(self) -> None:
        self._collectors = {metric.name: _collector(metric) for metric in ALL}

    def use(self) -> None:
        send_to(self)

    def take(self, metric: Metric, value: float, labels: tuple[str, ...]) -> None:
        collector = self._collectors[metric.name]
        if labels:
            collector = collector.labels(*labels)
        if metric.kind == "counter":
            collector.inc(value)
        elif metric.kind == "gauge":
            collector.set(value)
        else:
            collector.observe(value)


def exposed() -> bytes:
    """The text that Prometheus reads: of all processes with this folder."""
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - see above
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget(pid: int) -> None:
    """A process has ended: its counts stay, its gauges go."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _collector(metric: Metric) -> Any:
    from prometheus_client import Counter, Gauge, Histogram  # noqa: PLC0415 - see above

    name = prometheus_name(metric)
    if metric.kind == "counter":
        return Counter(name, metric.meaning, metric.labels)
    if metric.kind == "gauge":
        return Gauge(name, metric.meaning, metric.labels, multiprocess_mode="livemostrecent")
    return Histogram(name, metric.meaning, metric.labels, buckets=_SECONDS)
