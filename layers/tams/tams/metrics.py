"""What the service measures. The edge decides where the numbers go: to CloudWatch, Prometheus, or nowhere.

A measurement never costs a request; where nobody collects it, it costs one comparison. A label has few
values: a route's pattern, never a path.
"""

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    """As CloudWatch has it."""
    kind: Literal["counter", "histogram", "gauge"]
    meaning: str
    labels: tuple[str, ...] = ()
    in_seconds: bool = False

    @property
    def unit(self) -> Literal["Seconds", "Count"]:
        return "Seconds" if self.in_seconds else "Count"


REQUESTS = Metric("Requests", "counter", "Requests answered.", ("method", "route", "status"))
REQUEST_DURATION = Metric(
    "RequestDuration",
    "histogram",
    "The duration of requests, without those that wait for events.",
    ("method", "route"),
    in_seconds=True,
)
UNAVAILABLE = Metric("Unavailable", "counter", "Requests answered with 503, by cause.", ("cause",))
VAST_DURATION = Metric(
    "VastDuration",
    "histogram",
    "How long requests to VAST took; their count is the number of round trips.",
    in_seconds=True,
)
VAST_FAILURES = Metric("VastFailures", "counter", "Requests to VAST that got no answer.")
RELAY_LAG = Metric(
    "RelayLag",
    "histogram",
    "Age of the oldest event when the relay took it.",
    in_seconds=True,
)
DELIVERY_AGE = Metric(
    "DeliveryAge",
    "histogram",
    "Age of the oldest event sent to a webhook.",
    in_seconds=True,
)
DELIVERIES_ACCEPTED = Metric("DeliveriesAccepted", "counter", "Events that receivers accepted.")
DELIVERIES_FAILED = Metric("DeliveriesFailed", "counter", "Events that receivers did not accept.")
WEBHOOKS_IN_ERROR = Metric(
    "WebhooksInError", "counter", "Webhooks that failed for so long that the service gave up."
)
SEGMENTS_DELETED = Metric(
    "SegmentsDeleted", "counter", "Segments that background deletion removed."
)
DELETION_REQUESTS_IDLE = Metric(
    "DeletionRequestsIdle", "gauge", "Deletion requests without progress, at the last sweep."
)
UPLOADS_WAITING = Metric(
    "UploadsWaiting",
    "gauge",
    "Objects that the last sweep found still waiting for their upload.",
)
SWEEPS = Metric("Sweeps", "counter", "Complete runs of the sweeper.")
SWEEP_DURATION = Metric(
    "SweepDuration", "histogram", "How long runs of the sweeper took.", in_seconds=True
)

ALL = (
    REQUESTS,
    REQUEST_DURATION,
    UNAVAILABLE,
    VAST_DURATION,
    VAST_FAILURES,
    RELAY_LAG,
    DELIVERY_AGE,
    DELIVERIES_ACCEPTED,
    DELIVERIES_FAILED,
    WEBHOOKS_IN_ERROR,
    SEGMENTS_DELETED,
    DELETION_REQUESTS_IDLE,
    UPLOADS_WAITING,
    SWEEPS,
    SWEEP_DURATION,
)


class Sink(Protocol):
    """Takes numbers from any thread."""

    def take(self, metric: Metric, value: float, labels: tuple[str, ...]) -> None: ...


class _Chosen:
    sink: Sink | None = None


def send_to(sink: Sink | None) -> None:
    """From now on, for the whole process."""
    _Chosen.sink = sink


def measure(metric: Metric, value: float = 1, *labels: str) -> None:
    """Adds to a counter, sets a gauge, or notes one value of a histogram; labels in the metric's order."""
    if (sink := _Chosen.sink) is not None:
        sink.take(metric, value, labels)
