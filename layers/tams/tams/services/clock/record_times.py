"""When a change happened: by the clock, and after every earlier change of the same thing.

Functions run on many machines. Their clocks differ, and any of them may be set back; the order of a Flow's
events must not depend on that. So every change is stamped after what it follows, and leaves its stamp where
the next one looks: on the Flow or Source itself, or, when that goes, on the guard of its id.
"""

from datetime import datetime, timedelta

from tams.models.stored import StoredFlow
from tams.timing.microseconds import from_us

APART = timedelta(milliseconds=10)
"""Room for the events of one change, which lie a microsecond apart each."""


def moment_after(now: datetime, *earlier: datetime | None) -> datetime:
    """`now`, or just after the latest of `earlier` if a clock ahead of ours stamped that."""
    return max([now, *(moment + APART for moment in earlier if moment is not None)])


def moment_of_change(now: datetime, stored: StoredFlow) -> datetime:
    flow, told = stored.flow, from_us(stored.told_us)
    return moment_after(now, flow.created, flow.metadata_updated, flow.segments_updated, told)
