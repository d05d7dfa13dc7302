"""Threads that work until the process stops. One that fails is restarted."""

import threading
import time
from collections.abc import Callable

Report = Callable[[str], None]

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0


def kept(
    name: str, work: Callable[[], None], report: Report, stopped: threading.Event
) -> threading.Thread:
    """A thread, not yet started, that does `work` until `stopped`; after each failure it waits longer."""

    def run() -> None:
        pause_seconds = _FIRST_PAUSE_SECONDS
        while not stopped.is_set():
            started = time.monotonic()
            try:
                work()
                failure = "it ended unexpectedly"
            except Exception as error:  # noqa: BLE001 - whatever failed, the work must continue
                failure = f"{type(error).__name__}: {error}"
            if stopped.is_set():
                return
            if time.monotonic() - started > _LONGEST_PAUSE_SECONDS:
                pause_seconds = _FIRST_PAUSE_SECONDS
            report(f"FAILED {name}: {failure}; it restarts in {pause_seconds:g} s")
            stopped.wait(pause_seconds)
            pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)

    return threading.Thread(target=run, name=name, daemon=True)
