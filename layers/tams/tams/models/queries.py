"""What a listing asks for, typed and checked; repositories turn it into predicates.

`classes` lists the classes whose resources the caller may read; None means every class.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from tams.models.common import ContentFormat
from tams.models.filters import TagFilter
from tams.models.flow_common import FlowStatus
from tams.timing import TimeRange

PAGE_LIMIT_DEFAULT = 100
PAGE_LIMIT_MAX = 1000


class SourceSort(StrEnum):
    """Dates sort newest first, labels from A to Z (SRT-2, SRT-4)."""

    CREATED = "created"
    UPDATED = "updated"
    LABEL = "label"


class FlowSort(StrEnum):
    """Dates sort newest first, labels from A to Z (SRT-1, SRT-4)."""

    CREATED = "created"
    METADATA_UPDATED = "metadata_updated"
    LABEL = "label"


class DeletionSort(StrEnum):
    """Dates sort newest first (SRT-3, SRT-4)."""

    CREATED = "created"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A page of any listing."""

    limit: int = PAGE_LIMIT_DEFAULT
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionQuery(Query):
    """Deletion requests have no filters (DEL-1)."""

    sort_by: DeletionSort = DeletionSort.CREATED
    reverse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceQuery(Query):
    """Filters combine with AND; absent ones do not filter (SRC-8).

    An empty `collected_by_ids` matches what nothing collects (SRC-10).
    """

    sort_by: SourceSort = SourceSort.CREATED
    reverse: bool = False
    label: str | None = None
    format: ContentFormat | None = None
    tags: tuple[TagFilter, ...] = ()
    collected_by_ids: tuple[str, ...] | None = None
    classes: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowQuery(Query):
    """Filters combine with AND; absent ones do not filter (FLW-1).

    An empty `collected_by_ids` matches what nothing collects. The empty `timerange` matches Flows without
    Segments (FLW-3), all of time matches any Flow (FLW-4). `include_timerange` adds to each Flow the span of
    its Segments (an extension).
    """

    sort_by: FlowSort = FlowSort.CREATED
    reverse: bool = False
    source_id: str | None = None
    label: str | None = None
    format: ContentFormat | None = None
    codec: str | None = None
    profile_id: str | None = None
    status: FlowStatus | None = None
    frame_width: int | None = None
    frame_height: int | None = None
    init_segments: bool | None = None
    tags: tuple[TagFilter, ...] = ()
    collected_by_ids: tuple[str, ...] | None = None
    timerange: TimeRange = field(default_factory=TimeRange.eternity)
    include_timerange: bool = False
    classes: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionQuery(FlowQuery):
    """Flows that collect others, or with `member_id`, that one (an extension)."""

    member_id: str | None = None

    @property
    def filters(self) -> bool:
        """Whether a property of the Flow itself decides."""
        return bool(self.label is not None or self.source_id or self.format or self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCollectionQuery(SourceQuery):
    """Sources that collect others, or with `member_id`, that one (an extension)."""

    member_id: str | None = None

    @property
    def filters(self) -> bool:
        return bool(self.label is not None or self.format or self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookQuery(Query):
    """By URL; filters combine with AND (SRT-8, WHK-16)."""

    reverse: bool = False
    tags: tuple[TagFilter, ...] = ()
    classes: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileQuery(Query):
    """Filters combine with AND. Tags of Profiles cannot be filtered by (PRF-8)."""

    format: ContentFormat | None = None
    codec: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendQuery(Query):
    """By label; filters combine with AND (SRT-7)."""

    reverse: bool = False
    tags: tuple[TagFilter, ...] = ()
