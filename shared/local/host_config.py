"""Configuration that the stack sends to processes that run functions: one line of JSON on stdin."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local import access
from local.application import Application
from local.cors import LOOPBACK_ORIGINS
from local.credentials import Credentials
from local.environment import RCLONE, LocalValues
from local.ports import Ports
from local.process import READY_FD
from local.template import read_application

GO = "go"
"""The second line: VAST, S3 and the queues are running."""


@dataclass(frozen=True)
class HostConfig:
    template: Path
    data_dir: Path
    host: str
    ports: Ports
    credentials: Credentials
    s3_public_url: str
    workers: int
    token: str | None = None
    access: Mapping[str, str] = field(default_factory=dict)
    cors_origins: str | None = None
    """Separated by commas. By default local pages may call an open API, and all pages any other API."""
    terminal: int | None = None
    """An inherited descriptor for lines that a person should see."""
    extra_environment: Mapping[str, str] = field(default_factory=dict)
    s3_server: str = RCLONE
    s3_events_port: int = 0
    """Where SeaweedFS reports uploads; rclone's folder is watched instead."""
    schedule_seconds: float | None = None
    """Fires all schedules at this interval instead, for tests."""

    @property
    def is_open(self) -> bool:
        return access.is_open(self.token, self.access)

    @property
    def values(self) -> LocalValues:
        return LocalValues(
            self.ports,
            self.credentials,
            self.s3_public_url,
            self.extra_environment,
            access.variables(self.token, self.access),
            self.cors_origins or (LOOPBACK_ORIGINS if self.is_open else "*"),
            self.host,
            self.s3_server,
        )

    @property
    def media_dir(self) -> Path:
        """The folder of S3. rclone keeps each object as a file in it."""
        return self.data_dir / ("s3" if self.s3_server == RCLONE else self.s3_server)

    def application(self) -> Application:
        """Raises TemplateError."""
        return read_application(self.template, self.values)

    def to_line(self) -> str:
        return json.dumps(asdict(self), default=str) + "\n"

    @classmethod
    def from_line(cls, line: str) -> "HostConfig":
        given = json.loads(line)
        given["credentials"] = Credentials.from_json(given["credentials"])
        given["ports"] = Ports(**given["ports"])
        given["template"], given["data_dir"] = Path(given["template"]), Path(given["data_dir"])
        return cls(**given)


def receive_config() -> HostConfig:
    """Waits for the stack's first line."""
    return HostConfig.from_line(_line())


def wait_for_go() -> None:
    """Waits until the functions' dependencies are running; ends the process if the stack is gone."""
    _line()


def say_ready(text: str) -> None:
    """Tells the stack that this part is ready."""
    with os.fdopen(int(os.environ.pop(READY_FD)), "w") as pipe:
        pipe.write(f"{text}\n")


def _line() -> str:
    line = sys.stdin.readline()
    if not line:
        sys.exit(1)
    return line
