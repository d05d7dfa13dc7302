"""Stamps each change with the clock's time, but always after every earlier change of the same resource.

Functions run on many machines. Their clocks differ, and any of them may be set back, but the order of a
Flow's events must not depend on that. So every change is stamped after the one it follows, and leaves its
stamp where the next one looks: on the Flow or Source itself, or, once that is deleted, on the guard of its
id.
"""

from datetime import datetime, timedelta

from tams.models.stored import StoredFlow
from tams.timing.microseconds import from_us

APART = timedelta(milliseconds=10)
"""Room for the events of one change, which are stamped a microsecond apart."""


def moment_after(now: datetime, *earlier: datetime | None) -> datetime:
    """`now`, or just after the latest of `earlier` if a clock ahead of ours stamped it."""
    return max([now, *(moment + APART for moment in earlier if moment is not None)])


def moment_of_change(now: datetime, stored: StoredFlow) -> datetime:
    flow, latest = stored.flow, from_us(stored.told_us)
    return moment_after(now, flow.created, flow.metadata_updated, flow.segments_updated, latest)
