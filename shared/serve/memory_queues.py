"""Hints inside one process, for a service without queues: the rows in VAST are the queue.

A worker looks for work there, and hands it to its own threads by these. What an API process sends goes
nowhere, because a worker finds it anyway; but for renders, of which there are no rows: it makes those itself.
"""

import heapq
import json
import threading
import time
from collections.abc import Sequence

_HELD_MAX = 10_000
"""Hints beyond it are dropped, and found again."""


class DroppedHints:
    """A `tams.ports.CheckedQueue` of an API process."""

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
        """A worker finds the work."""

    def check(self) -> None:
        """It always answers."""


class MemoryQueue:
    """A `tams.ports.CheckedQueue`, from which threads of the same process take."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, str]] = []
        self._known: dict[str, float] = {}
        """When each hint that waits is due: a second one for the same would only be work for nothing."""

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
        at = time.monotonic() + delay_seconds
        with self._changed:
            for body in bodies:
                if self._known.get(body, at + 1) <= at or len(self._due) >= _HELD_MAX:
                    continue
                self._known[body] = at
                heapq.heappush(self._due, (at, body))
            self._changed.notify_all()

    def take(self, wait_seconds: float) -> str | None:
        """A message as SQS would deliver it, a JSON list of one hint; None if none is due in time."""
        until = time.monotonic() + wait_seconds
        with self._changed:
            while True:
                now = time.monotonic()
                while self._due and self._known.get(self._due[0][1]) != self._due[0][0]:
                    heapq.heappop(self._due)  # the same is due earlier
                if self._due and self._due[0][0] <= now:
                    body = heapq.heappop(self._due)[1]
                    del self._known[body]
                    return json.dumps([body])
                if now >= until:
                    return None
                wake_at = min(until, self._due[0][0]) if self._due else until
                self._changed.wait(wake_at - now)

    def check(self) -> None:
        """It always answers."""


class ApiQueues:
    """A `tams.ports.Queues` of an API process. It renders itself, and workers find everything else."""

    def __init__(self) -> None:
        self.events = self.deliveries = self.deletions = DroppedHints()
        self.object_cleanup = self.copies = DroppedHints()
        self.renders = MemoryQueue()


class WorkerQueues:
    """A `tams.ports.Queues` of a worker."""

    def __init__(self) -> None:
        self.events, self.deliveries, self.deletions = MemoryQueue(), MemoryQueue(), MemoryQueue()
        self.object_cleanup, self.copies = MemoryQueue(), MemoryQueue()
        self.renders = DroppedHints()
