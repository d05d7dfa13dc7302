"""Tags of Segments, an extension of TAMS: in the shape of a Flow's tags, but small and without classes."""

from pydantic_core import to_json

from tams.models.base import Model
from tams.models.caller import AUTH_CLASSES
from tams.models.common import Count, Tags
from tams.timing import TimeRange

SEGMENT_TAGS_BYTES_MAX = 4 * 1024
"""With this limit, an event about 1,000 Segments still fits into one answer (`api/payload.py`)."""


class ChangedTags(Model):
    """How many Segments got other tags, and the timerange that these span.

    Both are absent for callers who may not read the Flow.
    """

    changed: Count | None = None
    timerange: TimeRange | None = None


def tags_fault(tags: Tags) -> str | None:
    """Why a Segment cannot have these tags, in words; None if it can."""
    if AUTH_CLASSES in tags:
        return (
            f"tags: {AUTH_CLASSES} is not a tag of Segments, which have the classes of their Flow"
        )
    size = tags_bytes(tags)
    if size > SEGMENT_TAGS_BYTES_MAX:
        return (
            f"tags: the tags of a Segment must not exceed {SEGMENT_TAGS_BYTES_MAX} bytes, but these have "
            f"{size}: each value counts with its name, as JSON"
        )
    return None


def tags_bytes(tags: Tags) -> int:
    """The size that counts. What is stored repeats the name of a list for each of its values."""
    return sum(
        len(to_json((name, each)))
        for name, value in tags.items()
        for each in ([value] if isinstance(value, str) else value or [""])
    )
