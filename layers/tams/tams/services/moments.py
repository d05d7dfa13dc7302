"""When a change happened: by the clock, and after every change of the same thing that went before.

Functions run on many machines, whose clocks differ a little; the order of a Flow's events must not.
"""

from datetime import datetime, timedelta

from tams.models.flow import Flow
from tams.ports import Clock

APART = timedelta(milliseconds=1)
"""Room for the events of one change, which lie a microsecond apart each."""


def moment_after(clock: Clock, *earlier: datetime | None) -> datetime:
    """Now, or just after the latest of `earlier` by a clock that is ahead of ours."""
    now = clock()
    return max([now, *(moment + APART for moment in earlier if moment is not None)])


def moment_of_change(clock: Clock, flow: Flow) -> datetime:
    return moment_after(clock, flow.created, flow.metadata_updated, flow.segments_updated)
