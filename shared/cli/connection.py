"""A connection for one command."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from cli.client import Client


@contextmanager
def connected(url: str, token: str | None) -> Iterator[Client]:
    """A client that Ctrl-C stops in every thread."""
    with Client(url, token) as client:

        def interrupt(*_: object) -> None:
            client.stop()
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield client
        finally:
            signal.signal(signal.SIGINT, before)
