"""All parts of the local stack together: started, watched, killed, restarted, stopped.

with Stack(directory) as stack:
    httpx.get(f"{stack.api_url}/service")
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from local import parts
from local.credentials import KeyPair, load_or_create
from local.environment import MEDIA_BUCKET
from local.faults import LocalStackError
from local.function_host import common_environment
from local.host_config import GO, HostConfig
from local.lock import DataDirLock
from local.ports import Ports
from local.process import Command, Guard, Part
from local.queues import create_queues, sqs_client
from local.template import Application

START_SECONDS = 60.0
STOP_SECONDS = 6.0


class Stack:
    """The stack on one data directory. What is stored survives stop, kill and restart."""

    def __init__(
        self,
        data_dir: Path,
        *,
        ports: Ports | int = 0,
        template: Path | None = None,
        host: str = "127.0.0.1",
        token: str | None = None,
        workers: int = 2,
        conflicts: str | None = None,
        env: Mapping[str, str] | None = None,
        keep_going: bool = True,
        terminal: int | None = None,
        s3_public_url: str | None = None,
        schedule_seconds: float | None = None,
        provision: bool = True,
        only: tuple[str, ...] = parts.NAMES,
    ) -> None:
        """`ports=0` takes free ones, kept until stop(); `env` is for the functions.

        `schedule_seconds` fires all schedules so often; `only` names the parts to start. Without
        `keep_going`, check() raises when a part has died.
        """
        self.data_dir = data_dir.resolve()
        self.keep_going = keep_going
        self.broken_functions: dict[str, str] = {}
        self._ports = Ports.any_free() if isinstance(ports, int) else ports
        self._template = template or parts.default_template()
        self._host = host
        self._token = token
        self._workers = workers
        self._conflicts = conflicts
        self._env = dict(env or {})
        self._terminal = terminal
        self._s3_public_url = s3_public_url
        self._schedule_seconds = schedule_seconds
        self._provision = provision and "vast" in only
        self._only = only
        self._lock: DataDirLock | None = None
        self._guard: Guard | None = None
        self._running: dict[str, Part] = {}
        self._killed: set[str] = set()
        self._config: HostConfig | None = None
        self._application: Application | None = None

    # ------------------------------------------------------------------ where things are

    @property
    def config(self) -> HostConfig:
        if self._config is None:
            raise LocalStackError("the stack has not been started")
        return self._config

    @property
    def application(self) -> Application:
        """template.yaml with local values."""
        if self._application is None:
            self._application = self.config.application()
        return self._application

    @property
    def api_url(self) -> str:
        return f"http://{parts.reachable(self._host)}:{self.config.ports.api}"

    @property
    def vast_url(self) -> str:
        return self.config.values.vast_url

    @property
    def vast_credentials(self) -> KeyPair:
        return self.config.credentials.vast

    @property
    def s3_url(self) -> str:
        return self.config.values.s3_url

    @property
    def s3_credentials(self) -> KeyPair:
        return self.config.credentials.s3

    @property
    def sqs_url(self) -> str:
        """The endpoint of all queues."""
        return self.config.values.sqs_url

    def queue_url(self, name: str) -> str:
        return self.config.values.queue_url(name)

    def log(self, part: str) -> Path:
        return self.data_dir / "logs" / f"{part}.log"

    def pid(self, part: str) -> int:
        return self._running[part].pid

    def settings_env(self) -> dict[str, str]:
        """The variables from which the functions make their Settings, for use in this process."""
        return common_environment(self.application.functions)

    # ------------------------------------------------------------------ life

    def start(self) -> None:
        """Returns when every part is of use. Raises LocalStackError; then nothing is left running."""
        if self._lock is not None:
            raise LocalStackError("the stack is running already")
        self.data_dir.mkdir(parents=True, exist_ok=True)
        lock = DataDirLock(self.data_dir)
        lock.acquire(f"process {os.getpid()}")
        self._lock = lock
        try:
            self._start_all()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends every part within seconds. Nothing that was stored is lost."""
        deadline = time.monotonic() + STOP_SECONDS
        for group in (("gateway", "poller"), ("provision", "queue", "s3", "vast")):
            ending = [self._running.pop(name) for name in group if name in self._running]
            for part in ending:
                part.terminate()
            for part in ending:
                part.end(deadline)
        self._killed.clear()
        if self._guard is not None:
            self._guard.dismiss()
            self._guard = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def check(self) -> None:
        """Raises PartDiedError when a part has ended that nobody killed."""
        for part in list(self._running.values()):
            part.check()

    def kill(self, name: str) -> None:
        """As a crash would (SIGKILL), with everything the part started. It stays down."""
        self._running.pop(name).end(time.monotonic())
        self._killed.add(name)

    def restart(self, name: str) -> None:
        """The part again, with the same ports and data; killed first if it runs."""
        if name in self._running:
            self.kill(name)
        self._spawn(name)
        if name in parts.HOSTS:
            self._running[name].write(f"{GO}\n")
        self._finish(name)
        self._killed.discard(name)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # ------------------------------------------------------------------ the steps of a start

    def _start_all(self) -> None:
        assert self._lock is not None
        ports = self._ports.settled(self._host)
        self._config = self._new_config(ports)
        self._application = None
        self.settings_env()
        (self.config.media_dir / MEDIA_BUCKET).mkdir(parents=True, exist_ok=True)
        parts.fresh_logs(self.data_dir / "logs")
        self._guard = Guard(self._lock.descriptor)
        for name in self._only:
            self._spawn(name)
        for name in self._only:
            if name not in parts.HOSTS:
                self._finish(name)
        if self._provision:
            self._run_provision()
        for name in self._only:
            if name in parts.HOSTS:
                self._running[name].write(f"{GO}\n")
        for name in self._only:
            if name in parts.HOSTS:
                self._finish(name)

    def _new_config(self, ports: Ports) -> HostConfig:
        s3_url = f"http://{parts.reachable(self._host)}:{ports.s3}"
        return HostConfig(
            template=self._template,
            data_dir=self.data_dir,
            host=self._host,
            ports=ports,
            credentials=load_or_create(self.data_dir),
            s3_public_url=self._s3_public_url or s3_url,
            workers=self._workers,
            token=self._token,
            terminal=self._terminal,
            extra_environment=self._env,
            schedule_seconds=self._schedule_seconds,
        )

    def _spawn(self, name: str) -> None:
        command = parts.command(name, self.config, self._conflicts)
        self._running[name] = self._part(name, command)

    def _part(self, name: str, command: Command) -> Part:
        assert self._guard is not None, "the stack is not running"
        return Part(name, command, self.log(name), self._guard)

    def _finish(self, name: str) -> None:
        """Waits until a spawned part is of use."""
        part = self._running[name]
        deadline = time.monotonic() + START_SECONDS
        if name in parts.HOSTS:
            while (said := part.read_ready(0.1)) is None:
                self._still_starting(part, deadline)
            self.broken_functions.update(json.loads(said))
            return
        while not parts.answers(self.config.ports, name):
            self._still_starting(part, deadline)
            time.sleep(0.02)
        if name == "queue":
            create_queues(sqs_client(self.sqs_url), self.application.queues)

    def _still_starting(self, part: Part, deadline: float) -> None:
        part.check()
        if not self.keep_going:
            self.check()
        if time.monotonic() > deadline:
            raise LocalStackError(f"{part.name} did not start within {START_SECONDS:.0f} s")

    def _run_provision(self) -> None:
        arguments = [sys.executable, "-m", "tams.runtime.provision"]
        part = self._part("provision", Command(arguments, self.settings_env()))
        self._running["provision"] = part
        while part.exit_code is None:
            time.sleep(0.02)
        self._running.pop("provision").end(time.monotonic())
        if part.exit_code != 0:
            part.check()
