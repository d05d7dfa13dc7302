"""A pytest plugin for the SDK's own suite: no sleep takes longer than a tenth of a second.

test_elysium_splits waits 300 s for a background sort, test_projections 3 s for a projection, and
tests of system tables a second before each of 30 retries. Here all of that is done at once.
"""

import time
from typing import SupportsIndex

_LONGEST_SECONDS = 0.1
_sleep = time.sleep


def _short_sleep(seconds: float | SupportsIndex, /) -> None:
    _sleep(min(float(seconds), _LONGEST_SECONDS))


time.sleep = _short_sleep
