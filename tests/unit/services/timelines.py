"""Timelines of any shape for tests of readers, and a store that answers as badly as VAST may."""

import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from hypothesis import strategies as st

from tams.models.filters import TagFilter
from tams.models.stored import FlowOutline, StoredSegment, Stretch
from tams.models.timelines import Timeline, finite
from tams.repositories.nearest import nearest
from tams.repositories.visible import shown
from tams.services.segments.window import WindowReader
from tams.timing import TimeRange


def a_segment(start_ns: int, end_ns: int, *, inclusive: bool = False) -> StoredSegment:
    timerange = TimeRange.between(start_ns, end_ns, includes_end=inclusive)
    return StoredSegment("flow", timerange, "object", ())


def timeline_of(segments: list[StoredSegment]) -> Timeline:
    timeline = Timeline()
    for segment in segments:
        timeline = timeline.including(segment.timerange)
    return timeline


@st.composite
def timelines(draw: st.DrawFn) -> list[StoredSegment]:
    """Segments that touch, leave small and enormous gaps, last from nothing to very long."""
    position = draw(st.integers(-(10**12), 10**12))
    segments = []
    for _ in range(draw(st.integers(0, 60))):
        if draw(st.integers(0, 99)) == 50:  # more than one read is sure to hold
            burst = draw(st.integers(50, 100))
            segments += [a_segment(position + n, position + n + 1) for n in range(burst)]
            position += burst
        position += draw(st.sampled_from([0, 0, 0, 0, 1, 7, 1000, 10**9, 10**15]))
        inclusive = draw(st.booleans()) and draw(st.booleans())
        length = draw(st.sampled_from([1, 2, 40, 40, 40, 40, 1000, 10**10]))
        if inclusive:
            segments.append(a_segment(position, position + length - 1, inclusive=True))
        else:
            segments.append(a_segment(position, position + length))
        position += length
    return segments


@st.composite
def ranges(draw: st.DrawFn, segments: list[StoredSegment]) -> TimeRange:
    """All of time, or bounds at or next to those of the Segments."""
    edges = [edge for segment in segments for edge in finite(segment.timerange)] or [0]
    near = st.builds(lambda edge, by: edge + by, st.sampled_from(edges), st.integers(-2, 2))
    start, end = draw(st.one_of(st.none(), near)), draw(st.one_of(st.none(), near))
    return TimeRange.between(
        start, end, includes_start=draw(st.booleans()), includes_end=draw(st.booleans())
    )


class Shuffled:
    """A store that answers in no order, and stops at `rows_max` wherever it happens to be.

    `rows` are those it has sent, and `looked_at` those it has compared with the tags.
    """

    def __init__(
        self, segments: list[StoredSegment], seed: int, tags: Sequence[TagFilter] = ()
    ) -> None:
        self.segments = segments
        self.starts = [finite(each.timerange)[0] for each in segments]
        self.random = random.Random(seed)
        self.tags = tags
        self.calls = 0
        self.rows = 0
        self.looked_at = 0

    def reader(self, *hidden: TimeRange) -> WindowReader:
        deleting = {str(at): timerange for at, timerange in enumerate(hidden)}
        outline = FlowOutline("flow", timeline_of(self.segments), deleting)

        def fetch(
            from_ns: int | None,
            until_ns: int | None,
            *,
            needed: int,
            reverse: bool,
            ending_after_ns: int | None,
        ) -> Stretch:
            found = nearest(
                partial(self._rows, ending_after_ns),
                from_ns,
                until_ns,
                needed=needed,
                reverse=reverse,
            )
            return replace(found, segments=shown(outline, found.segments))

        return WindowReader(fetch, outline)

    def _rows(
        self, ending_after_ns: int | None, from_ns: int | None, until_ns: int | None, rows_max: int
    ) -> list[StoredSegment]:
        self.calls += 1
        within = self._starting(from_ns, until_ns)
        self.looked_at += len(within)
        rows = [
            segment
            for segment in within
            if (ending_after_ns is None or finite(segment.timerange)[1] > ending_after_ns)
            and has(segment, self.tags)
        ]
        self.random.shuffle(rows)
        rows = rows[: rows_max + self.random.randint(0, 3)]
        self.rows += len(rows)
        return rows

    def count(self, from_ns: int | None, until_ns: int | None) -> int:
        self.calls += 1
        return len(self._starting(from_ns, until_ns))

    def _starting(self, from_ns: int | None, until_ns: int | None) -> list[StoredSegment]:
        first = 0 if from_ns is None else bisect_left(self.starts, from_ns)
        last = None if until_ns is None else bisect_left(self.starts, until_ns)
        return self.segments[first:last]


def has(segment: StoredSegment, tags: Sequence[TagFilter]) -> bool:
    """Whether a Segment passes all of these filters."""
    return all(each.matches(segment.tags or {}) for each in tags)
