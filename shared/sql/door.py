"""A file name under which DuckDB writes to whatever pipe is behind it at the time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


class Door:
    """DuckDB must know before its first query where it may write. So the name stays, and the pipe changes."""

    def __init__(self) -> None:
        self._descriptor = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)

    @property
    def name(self) -> str:
        return f"/dev/fd/{self._descriptor}"

    @contextmanager
    def leading_to(self, writer: int) -> Iterator[str]:
        """Its name, which is that of a pipe as long as the block."""
        os.dup2(writer, self._descriptor, inheritable=False)
        try:
            yield self.name
        finally:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._descriptor, inheritable=False)
            os.close(nowhere)
