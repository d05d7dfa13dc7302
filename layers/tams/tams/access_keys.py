"""Access keys of VAST and S3, which may change at run time: what was built with old keys is rebuilt."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Keys = tuple[str, str]
"""Access and secret key."""
K = TypeVar("K")
T = TypeVar("T")


class RebuiltOnChange(Generic[K, T]):
    """What `make` builds from `find()`; both are called at first use. Raises what they raise."""

    def __init__(self, find: Callable[[], K], make: Callable[[K], T]) -> None:
        self._find = find
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[K, T] | None = None

    def get(self) -> T:
        keys, made = self._find(), self._made
        if made is None or made[0] != keys:
            with self._lock:
                made = self._made
                if made is None or made[0] != keys:
                    made = self._made = (keys, self._make(keys))
        return made[1]
