"""The coverage of Flows and Sources, an extension of TAMS: ranges, gaps, and sums in buckets of time."""

import re
from dataclasses import dataclass
from typing import Any, Self

from tams.errors import InvalidRequestError, quoted
from tams.models.base import Model
from tams.models.common import Count
from tams.timing import TimeRange
from tams.timing.timestamp import NS_PER_SECOND, Timestamp

COVERAGE_FLOWS_MAX = 50
"""Flows on a page of a Source's coverage."""

_SECONDS = re.compile(r"([0-9]{1,30})(?:\.([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class CoverageQuery:
    """Without `resolution_ns`, about 500 buckets show the timerange, however long it is."""

    timerange: TimeRange
    resolution_ns: int | None = None

    @classmethod
    def parse(cls, timerange: TimeRange, resolution: str | None) -> Self:
        """Raises InvalidRequestError."""
        return cls(timerange, None if resolution is None else _resolution_ns(resolution))


def _resolution_ns(text: str) -> int:
    if (match := _SECONDS.fullmatch(text)) is not None:
        whole, part = match.groups()
        ns = int(whole) * NS_PER_SECOND + int((part or "").ljust(9, "0"))
    else:
        try:
            ns = Timestamp.parse(text).ns
        except InvalidRequestError as error:
            raise InvalidRequestError(
                f"resolution: {quoted(text)} is not the width of a bucket: expected "
                "seconds:nanoseconds or seconds, for example '64:0' or '0.25'"
            ) from error
    if ns <= 0:
        raise InvalidRequestError(f"resolution: must be longer than 0 seconds, not {quoted(text)}")
    return ns


class _Coverage(Model):
    """Unknown values are `null` in the JSON, so that a client need not check whether a property exists."""

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def to_json_bytes(self) -> bytes:
        return self.__pydantic_serializer__.to_json(self)


class CoverageBucket(_Coverage):
    """The Segments that start in a stretch of time, and how much of the stretch is covered.

    `bytes` is null if no Object has a known size.
    """

    timerange: TimeRange
    segments: Count
    bytes: Count | None
    covered: Timestamp


class FlowCoverage(_Coverage):
    """The coverage of a Flow within the requested timerange, in buckets as wide as `resolution`.

    A Segment counts where it starts. One that reaches into the timerange counts in its first bucket.

    `unknown_sizes` counts Segments whose Objects have no known size; `bytes` is null if all are unknown.
    If `complete` is false, the latest changes are missing.
    """

    flow_id: str
    timerange: TimeRange
    resolution: Timestamp
    segments: Count
    bytes: Count | None
    unknown_sizes: Count
    covered: Timestamp
    complete: bool
    ranges: tuple[TimeRange, ...]
    gaps: tuple[TimeRange, ...]
    buckets: tuple[CoverageBucket, ...]


class SourceCoverage(_Coverage):
    """The coverage of the Flows on a page, together and one by one."""

    source_id: str
    timerange: TimeRange
    resolution: Timestamp
    complete: bool
    ranges: tuple[TimeRange, ...]
    gaps: tuple[TimeRange, ...]
    flows: tuple[FlowCoverage, ...]
