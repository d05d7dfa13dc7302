"""How the processes run. What the functions need is in `tams.settings`."""

from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from serve.errors import ServeError

PREFIX = "TAMS_SERVE__"


class ServeSettings(BaseSettings):
    """Variables `TAMS_SERVE__…`. Options of `tams serve` override them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, env_ignore_empty=True, use_attribute_docstrings=True
    )

    host: str = "127.0.0.1"
    """Address to listen on. `0.0.0.0` is every IPv4 address, `::` every address."""
    port: int = Field(default=8000, ge=1, le=65_535)
    """Port to listen on."""
    processes: int = Field(default=2, ge=1, le=256)
    """API processes. One for each core is enough."""
    workers: int = Field(default=1, ge=1, le=64)
    """Worker processes. Several are safe, also on several machines."""
    threads: int = Field(default=16, ge=1, le=512)
    """Requests that one API process works on at the same time."""
    waiting: int = Field(default=64, ge=1, le=4_096)
    """Requests to `/events` that one API process lets wait for the next event."""
    queued: int = Field(default=256, ge=0)
    """Requests that may wait for a thread of one API process. Any further one gets 503 at once."""
    queue_concurrency: int = Field(default=5, ge=1, le=100)
    """Messages, or batches of them, of one queue that one worker process handles at the same time."""
    sweep_seconds: float = Field(default=60.0, gt=0)
    """How often a worker runs the sweeper."""
    look_seconds: float = Field(default=1.0, gt=0)
    """Without queues: how often a worker looks for work in VAST."""
    lame_seconds: float = Field(default=0.0, ge=0, le=600)
    """After SIGTERM: how long new connections are still accepted, while `/health/ready` answers 503. Load
    balancers need it that notice only then."""
    drain_seconds: float = Field(default=30.0, gt=0, le=3_600)
    """After that: how long requests and messages that have begun may take to end."""
    cors_origins: str = "*"
    """Origins of web pages that may call the API, separated by commas."""
    uploads_queue: str = ""
    """URL of the queue to which S3 reports uploads. Without it, the sweeper looks for them."""
    metrics: Literal["on", "off"] = "on"
    """Whether `/metrics` answers, on the API's port to callers on loopback and in private networks."""
    worker_port: int = Field(default=0, ge=0, le=65_535)
    """Port at which a worker answers `/health/live` and `/metrics`; 0 for none."""


def serve_settings(**given: object) -> ServeSettings:
    """From the environment, and from what is given and not None. Raises ServeError."""
    try:
        return ServeSettings(**{name: it for name, it in given.items() if it is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        faults = (f"{PREFIX}{_name(each['loc'])}: {each['msg']}" for each in error.errors())
        raise ServeError("; ".join(faults)) from None


def _name(path: tuple[int | str, ...]) -> str:
    return "__".join(str(step) for step in path).upper()
