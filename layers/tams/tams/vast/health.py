"""Remembers whether an address of VAST answers, so that not every request finds out for itself.

An address that is silent rests: nothing is sent there for a while. Then one request at a time probes it.
"""

import logging
import threading
import time
from collections.abc import Callable

from tams.vast.errors import VastConnectionError, VastSilentError

PROBE_SECONDS = 3.0
"""How long a probe may take. Meanwhile nobody else tries."""
REST_FIRST_SECONDS = 1.0
REST_LONGEST_SECONDS = 15.0
"""Rests double. Long enough that clients do not wait on it all the time, short enough to notice a return."""
SET_ASIDE_SECONDS = 60.0
"""How long others are preferred to an address that has failed, if there are others."""

_log = logging.getLogger(__name__)


class Health:
    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._rest_seconds = 0.0
        self._rests_until = 0.0
        self._failed_at = -1.0
        self.answered_at = -1.0
        self.failure: VastConnectionError | None = None
        """Why it is not well: the last failure since it answered a probe."""

    @property
    def is_set_aside(self) -> bool:
        return self.failure is not None and self._clock() < self._failed_at + SET_ASIDE_SECONDS

    def may_try(self) -> bool:
        """Whether a transaction may begin there: while it is silent, only one at a time, after a rest.

        An address that refuses connections says so at once, so it never rests.
        """
        if not isinstance(self.failure, VastSilentError):
            return True
        with self._lock:
            if self._clock() < self._rests_until:
                return False
            self._rests_until = self._clock() + PROBE_SECONDS
            return True

    def answered(self) -> None:
        if self.failure is not None:
            with self._lock:
                self.failure, self._rest_seconds = None, 0.0
            _log.warning("VAST at %s answers again", self._name)

    def failed(self, error: VastConnectionError, asked_at: float) -> None:
        """One slow request is not an outage: it counts only if nobody has had an answer since `asked_at`.

        Of requests that were under way together, the first to fail counts.
        """
        with self._lock:
            if asked_at <= max(self.answered_at, self._failed_at):
                return
            self._failed_at = self._clock()
            doubled = min(2 * self._rest_seconds, REST_LONGEST_SECONDS)
            self._rest_seconds = max(doubled, REST_FIRST_SECONDS)
            self._rests_until = self._failed_at + self._rest_seconds
            is_news = self.failure is None
            self.failure = error
        if isinstance(error, VastSilentError):
            pause = self._rest_seconds
            _log.warning("VAST at %s is silent: %s; trying again in %g s", self._name, error, pause)
        elif is_news:
            _log.warning("VAST at %s cannot be reached: %s", self._name, error)
