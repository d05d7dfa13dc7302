"""The tag `retention` (an extension): how long Segments are kept, or until when a Flow is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from tams.errors import InvalidRequestError, quoted
from tams.models.base import Model
from tams.models.common import INT64_MAX, Text, UtcDateTime, Uuid
from tams.models.flow import Flow
from tams.models.flow_common import FlowStatus
from tams.models.source import Source
from tams.timing.microseconds import to_us

TAG = "retention"
NEVER_US = INT64_MAX
"""The next look at a Flow that has no policy any more. One that never had any has null."""
KEPT_US = NEVER_US - 1
"""The next look at a Flow that is read-only. When that changes, it is looked at anew."""
LOOK_US = 0
"""Something that matters has changed: the next sweep looks at it."""

_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?",
    re.ASCII,
)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Retention:
    """Keeps Segments for `age_us`, or the Flow until `until_us`; one of them is set."""

    text: str
    age_us: int | None = None
    until_us: int | None = None

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """None for anything but a duration or a date."""
        if not isinstance(value, str):
            return None
        if _DATE.fullmatch(value):
            try:
                day = date.fromisoformat(value)
            except ValueError:
                return None
            return cls(value, until_us=to_us(datetime.combine(day, time(), UTC)))
        if (found := _DURATION.fullmatch(value)) is None:
            return None
        parts = dict(zip(_UNITS, (int(each or 0) for each in found.groups()), strict=True))
        age_us = timedelta(**parts) // timedelta(microseconds=1)
        return cls(value, age_us=age_us) if age_us else None

    def flow_due_us(self, flow: Flow) -> int | None:
        """When the whole Flow goes. None for a Flow that grows: its oldest Segments go, and it stays."""
        if self.until_us is not None:
            return self.until_us
        assert self.age_us is not None
        newest = flow.segments_updated or flow.created
        if flow.status is not FlowStatus.CLOSED_COMPLETE or newest is None:
            return None
        return to_us(newest) + self.age_us


def check_retention(
    enabled: bool, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> None:
    """Raises InvalidRequestError for a new tag that is neither a duration nor a date, if `enabled`."""
    value = (new or {}).get(TAG)
    if not enabled or value is None or value == (old or {}).get(TAG):
        return
    if Retention.parse(value) is None:
        raise InvalidRequestError(
            f"tags: {TAG} must be a duration in weeks, days, hours, minutes or seconds, such as P30D or "
            f"PT12H, or a date, such as 2027-01-01, and not {quoted(str(value))}"
        )


def has_retention(*resources: Flow | Source) -> bool:
    """Whether any of them has the tag, whatever its value."""
    return any(TAG in (each.tags or {}) for each in resources)


def bears_on_retention(old: Flow, new: Flow) -> bool:
    """Whether a change of the Flow may change what goes, or when."""
    return _basis(old) != _basis(new)


def _basis(flow: Flow) -> tuple[object, ...]:
    return (flow.tags or {}).get(TAG), flow.source_id, flow.status, bool(flow.read_only)


def look_after_restore_us(now: datetime) -> int:
    """When retention looks at what was restored, which may be past its time: its tag can be changed first."""
    return to_us(now + timedelta(days=1))


class Goes(StrEnum):
    """What is deleted next: the oldest Segments of a Flow that stays, or the whole Flow."""

    SEGMENTS = "segments"
    FLOW = "flow"


class Kept(StrEnum):
    """Why nothing is deleted for now."""

    READ_ONLY = "read_only"
    COLLECTED = "collected"


class RetainedFlow(Model):
    """A Flow with a retention policy, and what it does next. Not part of TAMS."""

    flow_id: Uuid
    source_id: Uuid
    label: Text | None = None
    retention: Text
    from_source: bool
    """Whether the policy is its Source's, because it has none of its own."""
    goes: Goes
    next: UtcDateTime | None = None
    """When the service checks the Flow next and deletes what is due; absent if the next sweep does."""
    kept_because: Kept | None = None
    segment_count: int
