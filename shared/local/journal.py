"""One readable line for each event: in the log, and at the terminal if there is one."""

import contextlib
import os
import sys
import time
from dataclasses import dataclass
from urllib.parse import unquote_plus

from tams.token_paths import without_token

_SECRET = {
    "access_token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
}


@dataclass(frozen=True)
class Journal:
    terminal: int | None
    """A descriptor. Each line is a single write, so that lines of several processes do not mix."""

    def line(self, text: str) -> None:
        printable = "".join(each if each.isprintable() else "?" for each in text)
        stamped = f"{time.strftime('%H:%M:%S')} {printable}\n"
        sys.stderr.write(stamped)
        if self.terminal is not None:
            with contextlib.suppress(OSError):  # the terminal may be gone
                os.write(self.terminal, stamped.encode())

    def request(
        self, method: str, target: str, status: int, started: float, function: str, note: str = ""
    ) -> None:
        """`started` comes from time.perf_counter."""
        ms = (time.perf_counter() - started) * 1000
        parts = [f"{method:6}", redacted(target), str(status), f"{ms:.0f} ms", function, note]
        self.line(" ".join(part for part in parts if part))


def redacted(target: str) -> str:
    """A request target, stripped of anything that would let a reader of the log call or fetch."""
    path, mark, query = target.partition("?")
    return (
        without_token(path)
        + mark
        + "&".join(_redacted_parameter(each) for each in query.split("&"))
    )


def _redacted_parameter(parameter: str) -> str:
    name, mark, _ = parameter.partition("=")
    secret = mark and unquote_plus(name).lower() in _SECRET
    return f"{name}=***" if secret else parameter
