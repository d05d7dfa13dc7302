"""A part's standard output and error: its log, which may be on a full disk."""

import io
import os
import sys
from typing import Any


class _Unfailing(io.RawIOBase):
    """Writes to a descriptor what it accepts, and drops the rest: a log must never end the work it logs."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_torn = False
        """Whether the last line may be incomplete."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: object, /) -> int:
        octets = bytes(data)  # type: ignore[call-overload]
        left = b"\n" + octets if self._is_torn else octets
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
            self._is_torn = False
        except OSError:
            self._is_torn = self._is_torn or len(left) < len(octets)
        return len(octets)


def never_fail() -> None:
    """Replaces both streams of this process. Call it before anything keeps a reference to the old ones."""
    sys.stdout = _text(1)
    sys.stderr = _text(2)


def _text(descriptor: int) -> io.TextIOWrapper:
    """Unbuffered, since a part may end without warning."""
    raw: Any = _Unfailing(descriptor)
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True)
