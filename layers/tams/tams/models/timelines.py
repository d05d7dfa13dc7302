"""The summary of a Flow's Segments, and the ids under which they are stored."""

from dataclasses import dataclass, replace
from typing import Self

from tams.timing import TimeRange


@dataclass(frozen=True, slots=True)
class Timeline:
    """The summary of a Flow's Segments. It makes the cost of reading any of them independent of their number.

    `[first_ns, last_ns)` spans them; with `last_inclusive`, the text of the last one ends with `]`.
    `longest_ns` is at least the duration of the longest: no Segment that starts earlier than that before an
    instant can still cover it. `id` is what the Segments are stored under, unless that is the Flow's
    own id: see `FlowOutline.timeline_id`.
    """

    segment_count: int = 0
    first_ns: int | None = None
    last_ns: int | None = None
    last_inclusive: bool = False
    longest_ns: int = 0
    id: str = ""

    @property
    def timerange(self) -> TimeRange:
        """TIM-21: from the first start marker to the last end marker; `()` without Segments."""
        if self.first_ns is None or self.last_ns is None:
            return TimeRange.never()
        if self.last_inclusive:
            return TimeRange.between(self.first_ns, self.last_ns - 1, includes_end=True)
        return TimeRange.between(self.first_ns, self.last_ns)

    def spans_some_of(self, timerange: TimeRange) -> bool:
        """Whether a Segment at this timerange could meet one that is there: it is not beyond either end."""
        if self.first_ns is None or self.last_ns is None:
            return False
        start_ns, end_ns = finite(timerange)
        return start_ns < self.last_ns and end_ns > self.first_ns

    def including(self, timerange: TimeRange) -> Self:
        """The summary with one more Segment."""
        start_ns, end_ns = finite(timerange)
        last = self.last_ns is None or end_ns >= self.last_ns
        return replace(
            self,
            segment_count=self.segment_count + 1,
            first_ns=start_ns if self.first_ns is None else min(self.first_ns, start_ns),
            last_ns=end_ns if last else self.last_ns,
            last_inclusive=timerange.includes_end if last else self.last_inclusive,
            longest_ns=max(self.longest_ns, end_ns - start_ns),
        )


def timeline_of(flow_id: str, suffix: object) -> str:
    """The id of another timeline than the Flow's first."""
    return f"{flow_id}/{suffix}"


def flow_of(timeline_id: str) -> str:
    """The Flow that a timeline belongs to, or belonged to."""
    return timeline_id.partition("/")[0]


def finite(timerange: TimeRange) -> tuple[int, int]:
    """Half-open bounds of a Segment's timerange, which is never open-ended."""
    start_ns, end_ns = timerange.half_open()
    assert start_ns is not None
    assert end_ns is not None
    return start_ns, end_ns
