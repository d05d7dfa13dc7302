"""The time of a Flow that its Segments already occupy."""

import bisect
from collections.abc import Iterable

from tams.models.timelines import finite
from tams.timing import TimeRange


class Occupied:
    """The timeranges a Flow has already, in order, so that only neighbours are searched for an overlap."""

    def __init__(self, timeranges: Iterable[TimeRange]) -> None:
        self._ranges = sorted(timeranges, key=lambda timerange: finite(timerange)[0])
        self._starts = [finite(timerange)[0] for timerange in self._ranges]

    def overlapping(self, timerange: TimeRange) -> TimeRange | None:
        """An occupied range that shares an instant with this one, honouring the markers (TIM-18)."""
        start_ns, end_ns = finite(timerange)
        index = max(0, bisect.bisect_right(self._starts, start_ns) - 1)
        while index < len(self._ranges) and self._starts[index] < end_ns:
            if self._ranges[index].overlaps(timerange):
                return self._ranges[index]
            index += 1
        return None

    def add(self, timerange: TimeRange) -> None:
        start_ns, _ = finite(timerange)
        index = bisect.bisect(self._starts, start_ns)
        self._starts.insert(index, start_ns)
        self._ranges.insert(index, timerange)


def lookback_spans(timeranges: Iterable[TimeRange], longest_ns: int) -> list[tuple[int, int]]:
    """Closed spans of start_ns in which a stored Segment could overlap one of these, merged."""
    spans: list[tuple[int, int]] = []
    ranges = sorted(finite(timerange) for timerange in timeranges)
    for start_ns, end_ns in ranges:
        first_ns, last_ns = start_ns - longest_ns, end_ns - 1
        if spans and first_ns <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last_ns))
        else:
            spans.append((first_ns, last_ns))
    return spans
