"""Queues that keep their messages until the transaction has committed."""

from collections.abc import Callable, Sequence
from functools import partial

from tams.ports import CheckedQueue, Queues


class HeldQueue:
    """A `tams.ports.CheckedQueue` in front of another."""

    def __init__(self, queue: CheckedQueue, held: list[Callable[[], None]]) -> None:
        self._queue = queue
        self._held = held

    def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
        self._held.append(partial(self._queue.send, list(bodies), delay_seconds=delay_seconds))

    def check(self) -> None:
        self._queue.check()


class HeldQueues:
    """A `tams.ports.Queues` in which each queue is held."""

    def __init__(self, queues: Queues) -> None:
        self._held: list[Callable[[], None]] = []
        self.events = HeldQueue(queues.events, self._held)
        self.deliveries = HeldQueue(queues.deliveries, self._held)
        self.deletions = HeldQueue(queues.deletions, self._held)
        self.object_cleanup = HeldQueue(queues.object_cleanup, self._held)
        self.copies = HeldQueue(queues.copies, self._held)
        self.renders = HeldQueue(queues.renders, self._held)

    def release(self) -> None:
        """Send the held messages, in order."""
        for send in self._held:
            send()
