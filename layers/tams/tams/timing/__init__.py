"""Time as TAMS defines it: exact nanoseconds, and ranges that remember their bounds."""

from tams.timing.timerange import TimeRange
from tams.timing.timestamp import Timestamp

__all__ = ["TimeRange", "Timestamp"]
