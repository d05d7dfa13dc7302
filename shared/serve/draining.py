"""Whether this process takes new work, and until when what has begun may go on."""

import math
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Draining:
    began: threading.Event = field(default_factory=threading.Event)
    ends_at: float = math.inf
    """On the monotonic clock."""

    def begin(self, seconds: float) -> None:
        self.ends_at = min(self.ends_at, time.monotonic() + seconds)
        self.began.set()

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.ends_at - time.monotonic())
