"""How long the benchmarks run, and whether they keep what they find.

Without `TAMS_BENCH` they only prove, in `make test`, that they work. `TAMS_BENCH=1` (`make bench`) runs the
long form and records it, and `TAMS_BENCH=quick` records the short one.
"""

import os

import pytest

_ASKED = os.environ.get("TAMS_BENCH", "")
RECORDS = bool(_ASKED)
LONG = _ASKED not in ("", "quick")
compares_times = pytest.mark.skipif(not RECORDS, reason="compares times: make bench")
"""For what would prove nothing else, and fail on a busy machine."""


def sized(*, test: int, quick: int, long: int) -> int:
    """How many, in each of the forms."""
    if LONG:
        return long
    return quick if RECORDS else test
