"""Collects writes that wait for the same turn, so that one transaction can do them all."""

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

TOGETHER_MAX = 100
"""Items in one transaction, so that the first of them does not wait for ever more to be done with it."""

_UNDONE = object()


@dataclass(eq=False, slots=True)
class Waiting:
    """One caller's item. Items are done together if their kinds are equal."""

    item: Any
    kind: object
    result: Any = _UNDONE

    @property
    def is_done(self) -> bool:
        return self.result is not _UNDONE


@dataclass(slots=True)
class Gathered:
    """The waiting writes of each turn, in order of arrival."""

    _queues: dict[str, deque[Waiting]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def join(self, name: str, waiting: Waiting) -> None:
        with self._lock:
            self._queues.setdefault(name, deque()).append(waiting)

    def leave(self, name: str, waiting: Waiting) -> None:
        """Whether it was done or not."""
        with self._lock:
            queue = self._queues[name]
            if waiting in queue:
                queue.remove(waiting)
            if not queue:
                del self._queues[name]

    def like(self, name: str, first: Waiting) -> list[Waiting]:
        """`first`, and what waits with it and has the same kind. All of it stays in the queue."""
        with self._lock:
            others = [each for each in self._queues[name] if each is not first]
            alike = [each for each in others if each.kind == first.kind and not each.is_done]
            return [first, *alike[: TOGETHER_MAX - 1]]
