"""The stack of tests, with the functions served by `tams serve` instead of the local stack's hosts.

`TAMS_TEST_FORM=served` runs any test of the shared stack that way.
"""

import os
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field

import httpx

from local import parts
from local.process import Command
from local.queues import sqs_client
from local.s3_events import UploadWatcher
from local.stack import START_SECONDS, Stack

IS_SERVED = os.environ.get("TAMS_TEST_FORM") == "served"
_FIRST_SWEEP_SECONDS = 20.0
"""A sweeper whose first run takes longer does not delay the start."""
_ROLES = {"gateway": "api", "poller": "worker"}


@dataclass
class ServedStack(Stack):
    """Its gateway is `tams serve api`, its poller `tams serve worker`; nothing else differs."""

    with_queues: bool = True
    options: dict[str, str] = field(default_factory=dict)
    """Variables of the processes: `TAMS_SERVE__…`."""
    _over: threading.Event = field(default_factory=threading.Event, init=False)
    _watcher: threading.Thread | None = field(default=None, init=False)

    def serve_env(self) -> dict[str, str]:
        """The whole environment of `tams serve`, beside what a shell has."""
        environment = self.settings_env()
        own = {
            "TAMS_SERVE__HOST": self.host,
            "TAMS_SERVE__PORT": str(self.config.ports.api),
            "TAMS_SERVE__PROCESSES": str(self.workers),
            "TAMS_SERVE__SWEEP_SECONDS": str(self.schedule_seconds or 60.0),
        }
        if self.with_queues:
            own["TAMS_SERVE__UPLOADS_QUEUE"] = self.queue_url("UploadsQueue")
        else:
            environment = {
                name: it for name, it in environment.items() if not name.startswith("TAMS_QUEUES__")
            }
        return {**environment, **own, **self.options}

    def stop(self) -> None:
        self._over.set()
        if self._watcher is not None:
            self._watcher.join()
        super().stop()

    def _spawn(self, name: str) -> None:
        """The hosts start once the tables are there, in `_finish`: nothing tells them to wait."""
        if name not in parts.HOSTS:
            super()._spawn(name)
            return
        self._running[name] = self._part(name, Command(["/bin/cat"], stdin=""))

    def _start_host(self, name: str) -> None:
        self._running.pop(name).end(time.monotonic())
        arguments = [sys.executable, "-m", "serve", _ROLES[name]]
        command = Command(arguments, self.serve_env(), stdin="")
        self._running[name] = self._part(name, command)
        if name == "poller" and self.with_queues and self._watcher is None:
            self._watcher = threading.Thread(target=self._watch_uploads, daemon=True)
            self._watcher.start()

    def _finish(self, name: str) -> None:
        if name not in parts.HOSTS:
            super()._finish(name)
            return
        self._start_host(name)
        part, deadline = self._running[name], time.monotonic() + START_SECONDS
        while name == "gateway" and not self._answers("/health/live"):
            self._still_starting(part, deadline)
            time.sleep(0.05)
        first_sweep = time.monotonic() + _FIRST_SWEEP_SECONDS
        while name == "poller" and not self._answers("/health") and time.monotonic() < first_sweep:
            self._still_starting(part, deadline)
            time.sleep(0.2)
        self.progress(name)

    def _answers(self, path: str) -> bool:
        try:
            return httpx.get(f"{self.api_url}{path}", timeout=30).status_code == 200
        except httpx.TransportError:
            return False

    def _watch_uploads(self) -> None:
        """What S3 does in a deployment."""
        with closing(sqs_client(self.sqs_url, self.sqs_credentials)) as client:
            urls = [self.queue_url("UploadsQueue")]
            UploadWatcher(self.config.media_dir, client, urls).run(self._over)
