"""Runs a server as a child process, for tests, benchmarks and the local stack."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from vastlocal.control import Control
from vastlocal.settings import ACCESS_KEY, SECRET_KEY, ConflictMode

_STOP_SECONDS = 15


class StartError(Exception):
    """The server ended, or stayed silent, before it reported that it was ready."""


@dataclass
class LocalVast:
    """Started by `start` or by entering the context; a later start may use the same `data`."""

    data: Path
    buckets: Sequence[str] = ("vastdb",)
    access_key: str = "local-access-key"
    secret_key: str = "local-secret-key"  # noqa: S105 - guards nothing
    conflicts: ConflictMode = ConflictMode.STRICT
    port: int = 0
    """0 takes a free one, which is kept over restarts."""
    idle_timeout_seconds: float = 300.0
    server_version: str = "5.4.0.0"
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    @property
    def endpoint(self) -> str:
        """The URL for the SDK."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def control(self) -> Control:
        return Control(self.endpoint, self.access_key, self.secret_key)

    @property
    def pid(self) -> int:
        return self._running().pid

    def _running(self) -> subprocess.Popen[str]:
        assert self._process is not None, "the server has not been started"
        return self._process

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "vastlocal", "--port", str(self.port)]
        command += ["--data", str(self.data)]
        command += ["--conflicts", self.conflicts, "--server-version", self.server_version]
        command += ["--idle-timeout", str(self.idle_timeout_seconds)]
        for bucket in self.buckets:
            command += ["--bucket", bucket]
        return command

    def start(self) -> None:
        """Returns when the server accepts requests. Raises StartError."""
        keys = {ACCESS_KEY: self.access_key, SECRET_KEY: self.secret_key}
        process = subprocess.Popen(  # noqa: S603
            self._command(), env={**os.environ, **keys}, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if " ready at " not in line:
            process.kill()
            process.wait()
            process.stdout.close()
            raise StartError(f"vastlocal did not start: {line!r}")
        self.port = int(line.split(" ready at ")[1].split()[0].rpartition(":")[2])
        self._process = process

    def stop(self) -> int:
        """Asks the server to stop and waits. Returns its exit status."""
        self._running().terminate()
        return self._reap()

    def kill(self) -> None:
        """Kills it as a crash would, without any cleanup."""
        self._running().kill()
        self._reap()

    def _reap(self) -> int:
        process = self._running()
        try:
            status = process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        if process.stdout is not None:
            process.stdout.close()
        self._process = None
        return status

    def __enter__(self) -> Self:
        self.start()
        return self

    def ensure_stopped(self) -> None:
        """Makes sure the server has stopped, whatever state it is in."""
        if self._process is not None:
            self.stop()

    def __exit__(self, *_: object) -> None:
        self.ensure_stopped()
