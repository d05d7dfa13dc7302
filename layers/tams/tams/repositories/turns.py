"""Makes writers of the same resource in one process take turns, first come first served."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Queues by key. They save work: of two transactions that collide, one has worked in vain.

    Correctness does not depend on them. A Lambda function serves one request at a time and never waits here.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._queues: dict[str, deque[object]] = {}

    @contextmanager
    def taken(self, keys: Sequence[str], timeout_seconds: float) -> Iterator[bool]:
        """Whether the turn for all of the keys came in time.

        A writer joins all its queues at once, so two writers of several keys never deadlock.
        """
        ticket = object()
        with self._changed:
            queues = [self._queues.setdefault(key, deque()) for key in set(keys)]
            for queue in queues:
                queue.append(ticket)
        try:
            with self._changed:
                in_time = self._changed.wait_for(
                    lambda: all(queue[0] is ticket for queue in queues), timeout_seconds
                )
            yield in_time
        finally:
            with self._changed:
                for key in set(keys):
                    self._queues[key].remove(ticket)
                    if not self._queues[key]:
                        del self._queues[key]
                self._changed.notify_all()
