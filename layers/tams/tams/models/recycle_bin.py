"""What a deletion keeps for a limited time, and how clients see it (an extension)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tams.models.base import Model
from tams.models.collection import FlowCollectionItem
from tams.models.common import ContentFormat, Text, UtcDateTime, Uuid
from tams.models.queries import Query
from tams.models.stored import FlowOutline, StoredFlow, StoredSource
from tams.timing import TimeRange
from tams.timing.microseconds import from_us


class BinKind(StrEnum):
    """What an entry holds: a Flow with its Segments, Segments of a Flow that remains, or a Source."""

    FLOW = "flow"
    SEGMENTS = "segments"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Collector:
    """The place that a Flow had in the collection of another."""

    flow_id: str
    position: int
    item: FlowCollectionItem

    @property
    def left_out_names(self) -> tuple[str, str]:
        """How a restore names it that finds one of the two Flows still deleted."""
        return f"member {self.item.id}", f"collection {self.flow_id}"


@dataclass(frozen=True, slots=True)
class Relations:
    """The collections that a Flow had and was in."""

    members: tuple[FlowCollectionItem, ...] = ()
    collectors: tuple[Collector, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.members or self.collectors)


@dataclass(frozen=True, slots=True)
class Deletion:
    """Everything that one request deletes has the same: when, by whom, and how long it is kept."""

    id: str
    deleted_us: int
    until_us: int
    deleted_by: str | None = None


@dataclass(frozen=True, slots=True)
class BinSize:
    """The Objects that the Segments of an entry use, each counted once, even if others use it too."""

    size_bytes: int = 0
    unknown: int = 0
    """Objects without a size: clients hold their bytes, or S3 has not reported the upload."""

    def __add__(self, other: "BinSize") -> "BinSize":
        return BinSize(self.size_bytes + other.size_bytes, self.unknown + other.unknown)


@dataclass(frozen=True, slots=True)
class Measuring:
    """How far the measuring of a long entry has come: past every Segment that starts up to `cursor_ns`."""

    cursor_ns: int
    size: BinSize


@dataclass(frozen=True, slots=True)
class BinEntry:
    """One thing in the bin: a Source, or a Flow with its timeline.

    An entry of Segments has their Flow as it was, with the timeline that the Segments are on now.
    """

    id: str
    kind: BinKind
    deletion: Deletion
    flow: StoredFlow | None = None
    source: StoredSource | None = None
    relations: Relations = field(default_factory=Relations)
    size: BinSize | None = None
    """None until it is measured."""
    measuring: Measuring | None = None

    @property
    def of(self) -> StoredFlow:
        """The Flow of an entry that has one."""
        assert self.flow is not None
        return self.flow

    @property
    def outline(self) -> FlowOutline:
        """All its Segments."""
        return self.of.outline.whole

    @property
    def resource_id(self) -> str:
        """The id of the Flow or Source."""
        return self.source.source.id if self.source else self.of.flow.id

    @property
    def source_id(self) -> str:
        return self.source.source.id if self.source else self.of.flow.source_id

    @property
    def tags(self) -> dict[str, Any]:
        return dict((self.source.source.tags if self.source else self.of.flow.tags) or {})

    def described(self) -> "RecycleBinEntry":
        """As clients see it."""
        named = self.source.source if self.source else self.of.flow
        timeline = self.flow.timeline if self.flow else None
        size = self.size
        if timeline and not timeline.segment_count:
            size = BinSize()
        return RecycleBinEntry(
            id=self.id,
            kind=self.kind,
            deletion_id=self.deletion.id,
            flow_id=self.flow.flow.id if self.flow else None,
            source_id=self.source_id,
            format=named.format,
            label=named.label,
            timerange=timeline.timerange if timeline else None,
            segment_count=timeline.segment_count if timeline else None,
            size_bytes=size.size_bytes if size else None,
            unknown_sizes=size.unknown if size else None,
            is_measured=size is not None if timeline else None,
            deleted_at=from_us(self.deletion.deleted_us),
            deleted_by=self.deletion.deleted_by,
            kept_until=from_us(self.deletion.until_us),
        )


class RecycleBinEntry(Model):
    """Something deleted that can be restored. Not part of TAMS.

    `size_bytes` is that of the Objects that its Segments use, each once. Other Segments may use some of them
    too, so a purge frees at most as much. `unknown_sizes` counts Objects without a size, which are not in it.
    Both are absent until the service has measured the entry in the background: `is_measured`.
    """

    id: Uuid
    kind: BinKind
    deletion_id: Uuid
    flow_id: Uuid | None = None
    source_id: Uuid
    format: ContentFormat
    label: Text | None = None
    timerange: TimeRange | None = None
    segment_count: int | None = None
    size_bytes: int | None = None
    unknown_sizes: int | None = None
    is_measured: bool | None = None
    deleted_at: UtcDateTime
    deleted_by: Text | None = None
    kept_until: UtcDateTime


class RecycleBinSummary(Model):
    """The recycle bin as a whole, as far as the caller may read it. Not part of TAMS.

    `size_bytes` is the sum over all entries that are measured. An Object that several entries use is in it
    several times.
    """

    entry_count: int
    segment_count: int
    size_bytes: int
    unknown_sizes: int
    unmeasured_count: int
    oldest: UtcDateTime | None = None


class Restored(Model):
    """What a restore brought back. Not part of TAMS.

    `entries_left` is for a whole deletion, when it was too much for one request: the same request goes on.
    """

    source_id: Uuid | None = None
    flow_ids: tuple[Uuid, ...] = ()
    segment_count: int = 0
    timerange: TimeRange | None = None
    left_out: tuple[Text, ...] = ()
    entries_left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecycleBinQuery(Query):
    """Entries that are still kept at `now_us`, the latest deletion first; absent filters do not filter."""

    now_us: int
    reverse: bool = False
    kind: BinKind | None = None
    flow_id: str | None = None
    source_id: str | None = None
    deletion_id: str | None = None
    deleted_by: str | None = None
    deleted_from: datetime | None = None
    deleted_until: datetime | None = None
    classes: Collection[str] | None = None
