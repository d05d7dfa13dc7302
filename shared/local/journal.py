"""One readable line for each thing that happened: in the log, and at the terminal if there is one."""

import os
import re
import sys
import time
from dataclasses import dataclass

_SECRET = re.compile(
    r"(?i)(?<=[?&])(access_token|x-amz-signature|x-amz-credential|x-amz-security-token)=[^&]*"
)


@dataclass(frozen=True)
class Journal:
    terminal: int | None
    """A descriptor; one write a line, so that lines of several processes do not mix."""

    def line(self, text: str) -> None:
        stamped = f"{time.strftime('%H:%M:%S')} {text}\n"
        sys.stderr.write(stamped)
        if self.terminal is not None:
            os.write(self.terminal, stamped.encode())

    def request(
        self, method: str, target: str, status: int, started: float, function: str, note: str = ""
    ) -> None:
        """`started` is of time.perf_counter."""
        ms = (time.perf_counter() - started) * 1000
        parts = [f"{method:6}", redacted(target), str(status), f"{ms:.0f} ms", function, note]
        self.line(" ".join(part for part in parts if part))


def redacted(target: str) -> str:
    """A request target without what would let a reader of the log call or fetch."""
    return _SECRET.sub(r"\1=***", target)
