"""A FlowSegment: the Object that a stretch of a Flow's timeline consists of."""

from dataclasses import dataclass
from typing import NamedTuple

from pydantic import Field

from tams.errors import InvalidRequestError, quoted
from tams.models.base import ClosedModel, Model
from tams.models.common import Integer, Tags, Text
from tams.models.error import Error
from tams.models.http_url import url_fault
from tams.models.object_core import GetUrl, UncontrolledUrl
from tams.models.segment_tags import tags_fault
from tams.timing import TimeRange, Timestamp
from tams.timing.timestamp import NS_MAX, NS_MIN

__all__ = [
    "SEGMENTS_MAX",
    "BulkFailure",
    "FailedSegment",
    "FlowSegment",
    "FlowSegmentPost",
    "GetUrl",
    "InitObjectInSegment",
    "SegmentFault",
    "SegmentsPost",
    "UncontrolledUrl",
    "parse_segments_post",
    "range_fault",
    "segment_fault",
]

SEGMENTS_MAX = 50_000
"""The most in one request: about as many as the largest body holds (`api/body.py`)."""

TAGS_SAID = "Tags of the Segment. Not part of TAMS."

_KEPT = range(NS_MIN, NS_MAX + 1)


class FlowSegmentPost(Model):
    """A Segment to register. Source: flow-segment-post.json."""

    object_id: Text
    init_object_id: Text | None = None
    ts_offset: Timestamp | None = None
    timerange: TimeRange
    object_timerange: TimeRange | None = None
    last_duration: Timestamp | None = None
    sample_offset: Integer | None = None
    sample_count: Integer | None = None
    get_urls: tuple[UncontrolledUrl, ...] | None = None
    key_frame_count: Integer | None = None
    tags: Tags | None = Field(default=None, description=TAGS_SAID)

    @property
    def ts_offset_ns(self) -> int:
        """Segment time minus Object time; zero when it is not given."""
        return 0 if self.ts_offset is None else self.ts_offset.ns

    @property
    def used_timerange(self) -> TimeRange:
        """The stretch of the Object's own timeline that this segment uses."""
        return self.timerange.shift(-self.ts_offset_ns)


class InitObjectInSegment(ClosedModel):
    """The initialisation Object that a Segment's Object needs. Its id is called `object_id` here."""

    object_id: Text
    get_urls: tuple[GetUrl, ...] | None = None


class FlowSegment(Model):
    """A registered Segment. Source: flow-segment.json."""

    object_id: Text
    timerange: TimeRange
    ts_offset: Timestamp | None = None
    last_duration: Timestamp | None = None
    object_timerange: TimeRange | None = None
    sample_offset: Integer | None = None
    sample_count: Integer | None = None
    key_frame_count: Integer | None = None
    tags: Tags | None = Field(default=None, description=TAGS_SAID)
    init_object: InitObjectInSegment | None = None
    get_urls: tuple[GetUrl, ...] | None = None


class FailedSegment(Model):
    """A Segment of a list that could not be registered."""

    object_id: Text
    timerange: TimeRange | None = None
    error: Error | None = None


class BulkFailure(Model):
    """The Segments of a list that could not be registered. All others were.

    Source: flow-segment-bulk-failure.json.
    """

    failed_segments: tuple[FailedSegment, ...]


@dataclass(frozen=True, slots=True)
class SegmentFault:
    """A well-formed segment that breaks a rule by itself, whatever is stored."""

    segment: FlowSegmentPost
    reason: str


class SegmentsPost(NamedTuple):
    """The segments in the order of the request, and whether they came as a list.

    Only a list holds faults: they are listed in the answer while the others are registered.
    """

    entries: list[FlowSegmentPost | SegmentFault]
    is_list: bool


def parse_segments_post(body: object) -> SegmentsPost:
    """Read a segment or a list of segments.

    Raises InvalidRequestError when any element is off the schema, when there are more than
    SEGMENTS_MAX, or when a segment that stands alone breaks a rule.
    """
    if not isinstance(body, list):
        segment = FlowSegmentPost.from_body(body)
        if (reason := segment_fault(segment)) is not None:
            raise InvalidRequestError(reason)
        return SegmentsPost([segment], is_list=False)
    if len(body) > SEGMENTS_MAX:
        raise InvalidRequestError(f"a request may carry {SEGMENTS_MAX} segments, not {len(body)}")
    segments = FlowSegmentPost.list_from_body(body)
    return SegmentsPost([_judge(segment) for segment in segments], is_list=True)


def segment_fault(segment: FlowSegmentPost) -> str | None:
    """The first rule that `segment` breaks by itself, in words; None if it breaks none.

    The model checks only the shape.
    """
    return (
        _identity_fault(segment)
        or _timerange_fault(segment)
        or _object_timerange_fault(segment)
        or _get_urls_fault(segment)
        or (tags_fault(segment.tags) if segment.tags else None)
    )


def _judge(segment: FlowSegmentPost) -> FlowSegmentPost | SegmentFault:
    reason = segment_fault(segment)
    return segment if reason is None else SegmentFault(segment, reason)


def _identity_fault(segment: FlowSegmentPost) -> str | None:
    if not segment.object_id:
        return "object_id: must not be empty"
    if segment.init_object_id == "":
        return "init_object_id: must not be empty"
    if segment.init_object_id == segment.object_id:
        return "init_object_id: must be another Object than object_id"
    return None


def _timerange_fault(segment: FlowSegmentPost) -> str | None:
    timerange = segment.timerange
    if (reason := range_fault("timerange", timerange)) is not None:
        return reason
    if not timerange.includes_start:
        return f"timerange: {timerange} must include its start"
    if segment.last_duration is not None and segment.last_duration.ns < 0:
        return f"last_duration: {segment.last_duration} must not be negative"
    if segment.last_duration is not None and segment.last_duration.ns not in _KEPT:
        return f"last_duration: {segment.last_duration} is beyond 604 million million seconds"
    return None


def _object_timerange_fault(segment: FlowSegmentPost) -> str | None:
    used = segment.used_timerange
    if segment.ts_offset_ns not in _KEPT:
        return f"ts_offset: {segment.ts_offset} is beyond 604 million million seconds"
    if not _is_kept(used):
        return f"ts_offset: timerange - ts_offset = {used} is beyond 604 million million seconds"
    if segment.object_timerange is None:
        return None
    if (reason := range_fault("object_timerange", segment.object_timerange)) is not None:
        return reason
    if not segment.object_timerange.contains(used):
        return (
            f"object_timerange: {segment.object_timerange} does not cover "
            f"timerange - ts_offset = {used}"
        )
    return None


def _get_urls_fault(segment: FlowSegmentPost) -> str | None:
    labels: set[str] = set()
    for index, each in enumerate(segment.get_urls or ()):
        if (reason := url_fault(each.url)) is not None:
            return f"get_urls[{index}].url: {reason}"
        if each.label in labels:
            return f"get_urls: the label {quoted(each.label)} is given more than once"
        labels.add(each.label)
    return None


def range_fault(name: str, timerange: TimeRange) -> str | None:
    """Why `timerange` cannot be that of media, in words; None if it can."""
    if timerange.is_empty:
        return f"{name}: must not be empty"
    if not timerange.is_finite:
        return f"{name}: {timerange} must have a start and an end"
    if not _is_kept(timerange):
        return f"{name}: {timerange} is beyond 604 million million seconds"
    return None


def _is_kept(timerange: TimeRange) -> bool:
    """Whether both bounds of the half-open form are times that can be stored."""
    start_ns, end_ns = timerange.half_open()
    return start_ns in _KEPT and end_ns in _KEPT
