"""What time Flows cover, an extension of TAMS: runs, gaps, and sums by buckets of time."""

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
    """`resolution_ns` is None where about 500 buckets are to show the stretch, however long it is."""

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
    """Its JSON says `null` where nothing is known: what draws it need not tell absent from unknown."""

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def to_json_bytes(self) -> bytes:
        return self.__pydantic_serializer__.to_json(self)


class CoverageBucket(_Coverage):
    """What starts in a stretch of time, and how much of the stretch Segments cover.

    `bytes` is null where the size of no Object is known.
    """

    timerange: TimeRange
    segments: Count
    bytes: Count | None
    covered: Timestamp


class FlowCoverage(_Coverage):
    """What a Flow has within the stretch that was asked for, by buckets as wide as `resolution`.

    Segments count where they start, and one that reaches into the stretch counts in its first bucket.

    `unknown_sizes` counts Segments whose Objects have no known size; `bytes` is null if that is all of them.
    If not `complete`, some of the latest changes are not summed up yet.
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
    """What the Flows of a page cover together, and each of them."""

    source_id: str
    timerange: TimeRange
    resolution: Timestamp
    complete: bool
    ranges: tuple[TimeRange, ...]
    gaps: tuple[TimeRange, ...]
    flows: tuple[FlowCoverage, ...]
