"""Timelines and Segments of a Flow that are in the recycle bin, as a reader of Segments needs them."""

from dataclasses import dataclass
from typing import Any

from tams.models.common import whole_seconds
from tams.models.recycle_bin import Deletion
from tams.models.stored import FlowOutline, StoredSegment
from tams.models.timelines import finite
from tams.timing.microseconds import from_us

SegmentKey = tuple[int, str]
"""The place of a Segment in a list that has deleted ones too: its start, and the id of its entry or ``."""


def deletion_told(deletion: Deletion, entry_id: str) -> dict[str, Any]:
    """What a deleted resource says of its entry."""
    by = {} if deletion.deleted_by is None else {"deleted_by": deletion.deleted_by}
    at = whole_seconds(from_us(deletion.deleted_us))
    return {"deleted": True, "deleted_at": at, **by, "recycle_bin_entry": entry_id}


@dataclass(frozen=True, slots=True)
class BinnedTimeline:
    """The Segments of one entry of the recycle bin."""

    entry_id: str
    outline: FlowOutline
    deletion: Deletion


@dataclass(frozen=True, slots=True)
class ListedSegment:
    """A Segment in such a list; `deletion` is that of its entry, if it is deleted."""

    segment: StoredSegment
    entry_id: str = ""
    deletion: Deletion | None = None

    @property
    def start_ns(self) -> int:
        return finite(self.segment.timerange)[0]

    @property
    def key(self) -> SegmentKey:
        return self.start_ns, self.entry_id

    @property
    def told(self) -> dict[str, Any]:
        return {} if self.deletion is None else deletion_told(self.deletion, self.entry_id)
