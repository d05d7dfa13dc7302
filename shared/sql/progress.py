"""How far a long scan has come, on a terminal."""

import threading
import time
from collections import Counter

from rich.console import Console

_AFTER_SECONDS = 1.0
"""A query that is answered sooner needs no word."""
_EVERY_SECONDS = 0.2


class Progress:
    """DuckDB's threads tell it what VAST has sent. It shows nothing elsewhere than on a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._begun = self._next = 0.0
        self._rows: Counter[str] = Counter()
        self._is_shown = False

    def begin(self) -> None:
        self._begun = time.monotonic()
        self._next = self._begun + _AFTER_SECONDS
        self._rows.clear()

    def told(self, view: str, rows: int) -> None:
        with self._lock:
            self._rows[view] += rows
            now = time.monotonic()
            if now < self._next or not self._console.is_terminal:
                return
            self._next = now + _EVERY_SECONDS
            words = ", ".join(f"{count:,} rows of {name}" for name, count in self._rows.items())
            self._write(f"\r\x1b[Kreading: {words}"[: self._console.width + 4])
            self._is_shown = True

    def end(self) -> None:
        with self._lock:
            if self._is_shown:
                self._write("\r\x1b[K")
            self._is_shown = False

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()
