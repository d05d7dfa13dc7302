"""All parts of the local stack together: started, watched, killed, restarted, stopped."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from local import parts
from local.addresses import Addresses
from local.application import Application
from local.credentials import load_or_create
from local.data_dir import prepare, usable
from local.environment import RCLONE, SEAWEEDFS
from local.errors import InterruptedStartError, LocalStackError, PartDiedError
from local.function_host import common_environment
from local.furnishing import furnish
from local.host_config import GO, HostConfig
from local.lock import DataDirLock
from local.ports import LOOPBACK, Ports, free_ports
from local.private import close_to_others, private_files
from local.process import Command, Part

START_SECONDS = 180.0
"""For each part. It is long because a busy machine is not a fault. A part that ends is noticed at once."""
STOP_SECONDS = 6.0
_LOOK_SECONDS = 0.02


@dataclass
class Stack(Addresses):
    """The stack on one data directory. What is stored survives stop, kill and restart.

    Parts can be killed and restarted alone; they keep their ports until stop().
    """

    data_dir: Path
    _: KW_ONLY
    ports: Ports | int = 0
    """0 takes free ones."""
    template: Path = field(default_factory=parts.default_template)
    host: str = LOOPBACK
    token: str | None = None
    """A static token for everything. Without it and without `access` the API is open."""
    access: Mapping[str, str] = field(default_factory=dict)
    """Variables of the authorizer, which override those of the template."""
    cors_origins: str | None = None
    """Origins of web pages that may call, separated by commas; see HostConfig."""
    workers: int = 2
    conflicts: str | None = None
    """When writers collide on VAST, as in vastlocal's `--conflicts`."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables for all functions, which override those of the template."""
    keep_going: bool = True
    """Keep starting when a part dies; otherwise its death ends the start of the others."""
    only: Sequence[str] = parts.NAMES
    """The parts to start."""
    provision: bool = True
    schedule_seconds: float | None = None
    """Fires all schedules at this interval, instead of at the template's rate."""
    terminal: int | None = None
    """A descriptor for lines that a person should see."""
    s3_server: str = RCLONE
    s3_public_url: str | None = None
    progress: Callable[[str], None] = lambda _part: None
    """Called with the name of each part that has become ready."""
    interrupted: threading.Event | None = None
    """Setting it during the start makes the stack give up."""
    broken_functions: dict[str, str] = field(default_factory=dict, init=False)
    """Why functions could not be imported."""
    note: str = field(default="", init=False)
    """What the start changed about the data directory."""
    _lock: DataDirLock | None = field(default=None, init=False)
    _running: dict[str, Part] = field(default_factory=dict, init=False)
    _config: HostConfig | None = field(default=None, init=False)
    _application: Application | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.data_dir = self.data_dir.resolve()

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

    def pid(self, part: str) -> int:
        return self._running[part].pid

    def settings_env(self) -> dict[str, str]:
        """The variables from which the functions build their Settings, for use in this process."""
        return common_environment(self.application.functions)

    def start(self) -> None:
        """Returns when every part is ready. Raises LocalStackError and leaves nothing running."""
        if self._lock is not None:
            raise LocalStackError("the stack is already running")
        with usable(self.data_dir):
            self.data_dir.mkdir(0o700, parents=True, exist_ok=True)
            lock = DataDirLock(self.data_dir)
            lock.acquire(f"process {os.getpid()}")
        self._lock = lock
        try:
            with usable(self.data_dir):
                self.note = close_to_others(self.data_dir)
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
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def check(self) -> None:
        """Raises PartDiedError when a part has ended by itself."""
        for part in list(self._running.values()):
            part.check()

    def kill(self, name: str) -> None:
        """Kills it as a crash would (SIGKILL), with everything the part started. It stays down."""
        if name not in self._running:
            raise LocalStackError(f"{name} is not running")
        self._running.pop(name).end(time.monotonic())

    def restart(self, name: str) -> None:
        """Starts the part again with the same ports and data, and kills it first if it runs."""
        if name in self._running:
            self.kill(name)
        self._spawn(name)
        if name in parts.HOSTS:
            self._running[name].write(f"{GO}\n")
        self._finish(name)

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

    def _start_all(self) -> None:
        assert self._lock is not None
        ports = (Ports.any_free() if isinstance(self.ports, int) else self.ports).settled(self.host)
        with usable(self.data_dir), private_files():
            self._config = self._new_config(ports)
            prepare(self._config)
        self._application = None
        self.settings_env()
        hosts = [name for name in self.only if name in parts.HOSTS]
        servers = [name for name in self.only if name not in parts.HOSTS]
        for name in self.only:
            self._spawn(name)
        for name in servers:
            self._finish(name)
        if self.provision and "vast" in servers:
            self._run_provision()
        for name in hosts:
            self._running[name].write(f"{GO}\n")
        for name in hosts:
            self._finish(name)

    def _new_config(self, ports: Ports) -> HostConfig:
        s3_url = f"http://{parts.reachable(self.host)}:{ports.s3}"
        return HostConfig(
            template=self.template,
            data_dir=self.data_dir,
            host=self.host,
            ports=ports,
            credentials=load_or_create(self.data_dir),
            s3_public_url=self.s3_public_url or s3_url,
            s3_server=self.s3_server,
            s3_events_port=free_ports(LOOPBACK, 1)[0] if self.s3_server == SEAWEEDFS else 0,
            workers=self.workers,
            token=self.token,
            access=dict(self.access),
            cors_origins=self.cors_origins,
            terminal=self.terminal,
            extra_environment=dict(self.env),
            schedule_seconds=self.schedule_seconds,
        )

    def _spawn(self, name: str) -> None:
        command = parts.command(name, self.config, self.conflicts)
        self._running[name] = self._part(name, command)

    def _part(self, name: str, command: Command) -> Part:
        assert self._lock is not None, "the stack is not running"
        return Part(name, command, self.log(name), self._lock.descriptor)

    def _finish(self, name: str) -> None:
        """Waits until a spawned part is ready."""
        part = self._running[name]
        deadline = time.monotonic() + START_SECONDS
        if name in parts.HOSTS:
            while (said := part.read_ready(0.1)) is None:
                self._still_starting(part, deadline)
            self.broken_functions.update(json.loads(said))
        else:
            while not parts.answers(self.config.ports, name):
                self._still_starting(part, deadline)
                time.sleep(_LOOK_SECONDS)
        furnish(name, self.config, self.application)
        self.progress(name)

    def _still_starting(self, part: Part, deadline: float) -> None:
        part.check()
        if not self.keep_going:
            self.check()
        if self.interrupted is not None and self.interrupted.is_set():
            raise InterruptedStartError("stopped before it was ready")
        if time.monotonic() > deadline:
            raise LocalStackError(f"{part.name} did not start within {START_SECONDS:.0f} s")

    def _run_provision(self) -> None:
        arguments = [sys.executable, "-m", "tams.runtime.provision"]
        patience = {"TAMS_VAST__TIMEOUT_SECONDS": str(START_SECONDS / 3)}  # for all tables at once
        part = self._part("provision", Command(arguments, {**self.settings_env(), **patience}))
        self._running["provision"] = part
        deadline = time.monotonic() + START_SECONDS
        while part.exit_code is None:
            try:
                self._still_starting(part, deadline)
            except PartDiedError:
                if part.exit_code != 0:  # which is how it is meant to end
                    raise
            time.sleep(_LOOK_SECONDS)
        self._running.pop("provision").end(time.monotonic())
        if part.exit_code != 0:
            part.check()
        self.progress("tables")
