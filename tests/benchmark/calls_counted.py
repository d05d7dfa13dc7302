"""How many Python functions are called while something runs: a number that no busy machine changes."""

import itertools
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls_of(work: Callable[[], object]) -> int:
    """Calls of functions written in Python, in this thread and those that `work` starts.

    A resumed generator or coroutine is a call too.
    """
    counter, counting = itertools.count(), True

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        if counting and event == "call":
            next(counter)  # atomic, so that threads do not lose each other's

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        counting = False  # for threads that outlive the work
    return next(counter)
