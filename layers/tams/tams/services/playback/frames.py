"""Finds the Segment that is shown at an instant."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tams.errors import InvalidRequestError, NotFoundError
from tams.models.flow import MultiFlow, VideoFlow
from tams.models.stored import StoredFlow, StoredSegment
from tams.models.timelines import finite
from tams.ports import Repositories
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange, Timestamp

_TRIED_MAX = 4
"""Flows of one Source or collection in which an instant is looked for."""


@dataclass(frozen=True, slots=True)
class AskedFrame:
    """The frame at `at_ns`, or the first of `within`, `width` pixels wide."""

    at_ns: int | None
    width: int
    within: TimeRange = field(default_factory=TimeRange.eternity)

    @property
    def timerange(self) -> TimeRange:
        return self.within if self.at_ns is None else TimeRange.at(self.at_ns)


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """The Segment shown at an instant of its Flow."""

    segment: StoredSegment
    at_ns: int


def frame_of(
    repositories: Repositories, what: str, flows: Sequence[StoredFlow], asked: AskedFrame
) -> ShownFrame:
    """The frame in the first of these Flows that has media then. A round trip each, as a rule one.

    Raises InvalidRequestError if none of them has frames, NotFoundError.
    """
    pictures = [each for each in flows if has_frames(each)]
    if not pictures:
        kinds = sorted({type(each.flow).__name__.removesuffix("Flow").lower() for each in flows})
        held = f"{what} has {' and '.join(kinds)}" if kinds else f"{what} has no Flows with media"
        raise InvalidRequestError(f"{held}, and only video has frames")
    reached = [each for each in pictures if each.timeline.timerange.overlaps(asked.timerange)]
    for stored in reached[:_TRIED_MAX]:
        reader = reader_of(repositories, stored.outline)
        segments, _ = reader.page(PageRequest(asked.timerange, 1))
        if segments:
            start_ns, _ = finite(segments[0].timerange)
            first_ns, _ = asked.timerange.half_open()
            return ShownFrame(
                segments[0], start_ns if first_ns is None else max(start_ns, first_ns)
            )
    raise _nothing_then(repositories, what, pictures[0], asked)


def has_frames(stored: StoredFlow) -> bool:
    """Whether its own Objects hold a picture: a multiplex may."""
    return isinstance(stored.flow, VideoFlow) or (
        isinstance(stored.flow, MultiFlow) and stored.timeline.segment_count > 0
    )


def _nothing_then(
    repositories: Repositories, what: str, stored: StoredFlow, asked: AskedFrame
) -> NotFoundError:
    when = str(asked.within) if asked.at_ns is None else str(Timestamp(asked.at_ns))
    if stored.timeline.segment_count == 0:
        return NotFoundError("frame", when, f"{what} has no media yet")
    near = " and ".join(_nearest(repositories, stored, asked.timerange))
    said = f"; the nearest is at {near}" if near else ""
    return NotFoundError("frame", when, f"{what} has no media at this instant{said}")


def _nearest(repositories: Repositories, stored: StoredFlow, asked: TimeRange) -> list[str]:
    """The timeranges of the Segments before and after a gap: two round trips."""
    first_ns, end_ns = asked.half_open()
    reader = reader_of(repositories, stored.outline)
    before = PageRequest(TimeRange.between(None, first_ns), 1, reverse=True)
    after = PageRequest(TimeRange.between(end_ns, None), 1)
    wanted = [
        page
        for page, bound in ((before, first_ns), (after, end_ns))
        if bound is not None and stored.timeline.timerange.overlaps(page.timerange)
    ]
    return [str(found.timerange) for page in wanted for found in reader.page(page)[0]]
