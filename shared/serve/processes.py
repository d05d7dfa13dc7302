"""Processes that are forked from one, and replaced when they end by themselves."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aws_lambda_powertools import Logger

_PAUSE_FIRST_SECONDS, _PAUSE_LONGEST_SECONDS = 0.5, 30.0
_LIVED_SECONDS = 60.0
"""A process that lived for this long did not fail at its start."""
_LOOK_SECONDS = 0.2
_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}

logger = Logger()


@dataclass
class Kept:
    """A process to keep running: its role, and its work, which returns an exit code."""

    role: str
    work: Callable[[], int]
    pid: int = 0
    started: float = 0.0
    pause_seconds: float = 0.0
    start_at: float = 0.0


@dataclass
class Processes:
    kept: Sequence[Kept]
    patience_seconds: float
    """How long they may take to end after SIGTERM."""
    on_end: Callable[[int], None] = lambda _pid: None
    """Called with the id of each process that has ended."""
    on_stop: Callable[[], None] = lambda: None
    """Called when all are to end, before they are told."""
    _stopping: bool = False
    _by_pid: dict[int, Kept] = field(default_factory=dict)

    def run(self) -> int:
        """Until SIGTERM or SIGINT, which ends all of them. Returns an exit code."""
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        while not self._stopping:
            self._start_due()
            self._collect()
            time.sleep(_LOOK_SECONDS)
        return self._end()

    def _stop(self, _signal: int, _frame: object) -> None:
        self._stopping = True

    def _start_due(self) -> None:
        for each in self.kept:
            if not each.pid and time.monotonic() >= each.start_at and not self._stopping:
                each.pid, each.started = _forked(each.work), time.monotonic()
                self._by_pid[each.pid] = each

    def _collect(self) -> None:
        """Takes note of those that have ended."""
        while self._by_pid:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            each = self._by_pid.pop(pid, None)
            self.on_end(pid)
            if each is None:
                continue
            each.pid = 0
            if self._stopping:
                continue
            lived = time.monotonic() - each.started
            each.pause_seconds = (
                _PAUSE_FIRST_SECONDS
                if lived > _LIVED_SECONDS
                else min(max(2 * each.pause_seconds, _PAUSE_FIRST_SECONDS), _PAUSE_LONGEST_SECONDS)
            )
            each.start_at = time.monotonic() + each.pause_seconds
            code = os.waitstatus_to_exitcode(status)
            logger.error(
                "a process ended", extra={"role": each.role, "ended_pid": pid, "exit_code": code}
            )

    def _end(self) -> int:
        self.on_stop()
        until = time.monotonic() + self.patience_seconds
        self._signal(signal.SIGTERM)
        while self._by_pid and time.monotonic() < until:
            self._collect()
            time.sleep(_LOOK_SECONDS)
        late = len(self._by_pid)
        self._signal(signal.SIGKILL)
        while self._by_pid:
            self._collect()
            time.sleep(_LOOK_SECONDS)
        if late:
            logger.error("processes did not end in time and were killed", extra={"count": late})
        return 1 if late else 0

    def _signal(self, number: signal.Signals) -> None:
        for pid in list(self._by_pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _forked(work: Callable[[], int]) -> int:
    """Signals wait until the child has its own handlers: the parent's would signal its siblings."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        parent = os.getpid()
        if pid := os.fork():
            return pid
        code = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which tells us
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            threading.Thread(target=_end_without, args=(parent,), daemon=True).start()
            code = work()
        except BaseException:
            logger.exception("a process failed")
        finally:
            os._exit(code)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _end_without(parent: int) -> None:
    """Ends this process, as SIGTERM would, when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
