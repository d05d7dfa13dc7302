"""The local form of a template: functions, and what invokes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Function:
    """One Lambda function: where its handler is, and its configuration."""

    name: str
    """The name of its folder."""
    module: str
    attribute: str
    timeout_seconds: int
    memory_mb: int
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Route:
    method: str
    """An HTTP method, or ANY."""
    path: str
    function: str

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class QueueSource:
    """A queue that triggers a function, with the settings of its event source mapping."""

    function: str
    queue_arn: str
    batch_size: int
    window_seconds: int
    reports_failures: bool
    concurrency_max: int


@dataclass(frozen=True)
class Schedule:
    function: str
    name: str
    every_seconds: float
    payload: str | None
    """The event itself as JSON, if the template gives one."""


@dataclass(frozen=True)
class Queue:
    name: str
    arn: str
    attributes: Mapping[str, Any]
    """In the form that SQS's CreateQueue takes, except that RedrivePolicy is still a mapping."""


@dataclass(frozen=True)
class Cors:
    allow_origins: tuple[str, ...]
    allow_methods: tuple[str, ...]
    allow_headers: tuple[str, ...]
    expose_headers: tuple[str, ...]
    max_age_seconds: int | None
    allow_credentials: bool


@dataclass(frozen=True)
class Application:
    functions: Mapping[str, Function]
    routes: tuple[Route, ...]
    queue_sources: tuple[QueueSource, ...]
    schedules: tuple[Schedule, ...]
    queues: tuple[Queue, ...]
    cors: Cors | None
    authorizer: str | None
    """The authorizer, called before each route's function."""
    upload_queue_arns: tuple[str, ...]
    """The queues to which S3 reports a created object."""
    unsupported: tuple[str, ...]
    """Features of the template that have no local counterpart."""
