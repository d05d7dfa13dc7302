"""One part as a child process: its own process group, its own log, and how to wait for it."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local import leash as _leash
from local.errors import PartDiedError
from local.private import private_files

READY_FD = "TAMS_LOCAL_READY_FD"
"""The variable that names the descriptor on which our own parts report that they are ready."""

_TAIL_LINES = 15
_DEATH_SECONDS = 2.0
"""Time for the system to end killed processes."""


@dataclass(frozen=True)
class Command:
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables added to the inherited environment."""
    stdin: str | None = None
    """The first lines of its stdin, which then stays open."""
    says_ready: bool = False
    shared_descriptors: Sequence[int] = ()


class Part:
    """A running child process and all that it started; they end with this process (see leash.py)."""

    def __init__(self, name: str, command: Command, log: Path, lock: int) -> None:
        """`lock`, a descriptor, is held while any process of the part lives: no second stack can start."""
        self.name = name
        self.log = log
        self._ready: int | None = None
        environment = dict(command.environment)
        self._life, lives = os.pipe()  # ends with the last process of the part
        leash, self._leash = os.pipe()  # ends with this process
        theirs = [lives, leash]
        if command.says_ready:
            self._ready, says_ready = os.pipe()
            theirs.append(says_ready)
            environment[READY_FD] = str(says_ready)
        with private_files(), log.open("ab") as output:  # the part inherits the umask
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", _leash.__file__, str(leash), *command.arguments],
                env={**inherited_environment(), **environment},
                stdin=subprocess.DEVNULL if command.stdin is None else subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[*command.shared_descriptors, lock, *theirs],
            )
        for descriptor in theirs:
            os.close(descriptor)
        if command.stdin is not None:
            self.write(command.stdin)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def write(self, text: str) -> None:
        """Writes to its stdin. If the part is already dead, the wait that follows detects it."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(text.encode())
            self._process.stdin.flush()

    def read_ready(self, timeout_seconds: float) -> str | None:
        """What the part reported when it became ready, or None if it has not yet."""
        if self._ready is None or not select.select([self._ready], [], [], timeout_seconds)[0]:
            return None
        said = os.read(self._ready, 65_536).decode()
        if not said:
            self._process.wait()
            self.check()
        return said

    def check(self) -> None:
        """Raises PartDiedError when it has ended."""
        code = self.exit_code
        if code is None:
            return
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        raise PartDiedError(f"{self.name} ended ({how}); its log is {self.log}{self._last_words()}")

    def _last_words(self) -> str:
        """The end of its log. A single line explains itself."""
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        if len(lines) == 1:
            return f", where it says: {lines[0]}"
        return ", its last lines:\n" + "\n".join(f"  | {line}" for line in lines) if lines else ""

    def terminate(self) -> None:
        if self.exit_code is None:
            self._process.terminate()

    def end(self, deadline: float) -> int:
        """Waits until `deadline` (monotonic), then kills the rest of its process group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        select.select([self._life], [], [], _DEATH_SECONDS)
        os.close(self._life)
        os.close(self._leash)
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        if self._ready is not None:
            os.close(self._ready)
            self._ready = None
        return code


def inherited_environment() -> dict[str, str]:
    """Our environment, without variables that would direct a function to a real cluster or account."""
    foreign = ("TAMS_", "AWS_", "POWERTOOLS_", "RCLONE_", "MOTO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    local = "127.0.0.1,localhost"
    # macOS aborts forked children that touch its frameworks; ours are forked before they do.
    return {
        **kept,
        "NO_PROXY": local,
        "no_proxy": local,
        "PYTHONUNBUFFERED": "1",
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
    }
