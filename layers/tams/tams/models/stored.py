"""What the store holds beyond the specification's documents: their summaries and links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from tams.models.common import Tags
from tams.models.coverage_state import EVER, FEW_SEGMENTS, CoverageState
from tams.models.deletion_request import DeletionRequest
from tams.models.flow import Flow
from tams.models.source import Source
from tams.models.stored_objects import Instance
from tams.models.timelines import Timeline, finite
from tams.timing import TimeRange


@dataclass(frozen=True, slots=True)
class FlowOutline:
    """The part of a Flow needed to read its Segments: each column of a row costs a client time."""

    flow_id: str
    timeline: Timeline = field(default_factory=Timeline)
    deleting: Mapping[str, TimeRange] = field(default_factory=dict)

    @property
    def timeline_id(self) -> str:
        """The id under which the Segments are stored.

        A Flow whose id was used before has another timeline than that one, whose Segments may still be there.
        Segments in the recycle bin have a timeline of their own.
        """
        return self.timeline.id or self.flow_id

    @property
    def whole(self) -> Self:
        """The outline with Segments that are hidden from clients but still stored, to delete them."""
        return replace(self, deleting={})


@dataclass(frozen=True, slots=True)
class StoredFlow:
    """A Flow as read in a transaction. `flow` carries neither collections nor timerange.

    `deleting` lists, by deletion request, what clients no longer see but the store still has. `told_us` is
    the time of the last event about the Flow, where its own dates do not show it. `is_unrelated` says that
    the Flow is known to have neither members nor collectors.
    """

    flow: Flow
    timeline: Timeline = field(default_factory=Timeline)
    deleting: Mapping[str, TimeRange] = field(default_factory=dict)
    told_us: int = 0
    revision: int = 0
    is_unrelated: bool = False
    look_us: int | None = None
    """When retention is to look at it next, where this transaction changes that; never read."""
    coverage: CoverageState | None = None
    """The state of its coverage summary; None if it is unknown."""

    @property
    def may_be_summed_up(self) -> bool:
        """Whether a coverage summary may exist."""
        if self.coverage is None:
            return self.timeline.segment_count > 0
        return self.coverage.level is not None

    @property
    def is_to_be_summed_up(self) -> bool:
        """Whether its coverage summary is needed and out of date."""
        state = self.coverage or CoverageState(stale=(EVER,))
        is_wanted = state.level is not None or self.timeline.segment_count > FEW_SEGMENTS
        return is_wanted and bool(state.stale)

    def with_stale(self, timeranges: Iterable[TimeRange]) -> Self:
        """The Flow with these timeranges marked stale, because Segments there come or go."""
        state = self.coverage or CoverageState(stale=(EVER,))
        return replace(self, coverage=state.with_stale(finite(each) for each in timeranges))

    @property
    def outline(self) -> FlowOutline:
        return FlowOutline(self.flow.id, self.timeline, self.deleting)


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A Source as read in a transaction.

    It lives as long as `flow_count` is above zero. One that a client created by itself lives until a client
    deletes it: `is_kept`. `is_unrelated` says that it is known to neither collect Sources nor be collected.
    """

    source: Source
    flow_count: int = 0
    revision: int = 0
    is_kept: bool = False
    is_unrelated: bool = False
    look_us: int | None = None
    """0 where this transaction changes the policy that it has for its Flows; never read."""

    @property
    def goes_with_next_flow(self) -> bool:
        """Whether it is deleted with the next Flow that leaves it."""
        return self.flow_count <= 1 and not self.is_kept


@dataclass(frozen=True, slots=True)
class Cascade:
    """What a deletion request deletes with a Source, its Flows, or with an Object, the Segments that use it.

    It deletes those created until then. The rest is the deletion that the recycle bin records, which keeps
    nothing if `until_us` is `deleted_us`.
    """

    source_id: str | None
    created_until_us: int
    deletion_id: str
    deleted_us: int
    until_us: int
    deleted_by: str | None = None
    uses: "ObjectUses | None" = None

    @property
    def resource_id(self) -> str:
        """The Source or the Object."""
        resource_id = self.uses.object_id if self.uses else self.source_id
        assert resource_id is not None
        return resource_id


@dataclass(frozen=True, slots=True)
class ObjectUses:
    """The Flows whose Segments that use an Object are still to be deleted, in id order.

    In the first of `flow_ids`, Segments up to the one that starts at `cursor_ns` are done; the recycle bin
    keeps them as the entry `entry_id`. If not all Flows fit here, the next ones are looked up after
    `after_id`, among those of `classes`, in which the caller could delete (None: all).
    """

    object_id: str
    flow_ids: tuple[str, ...]
    after_id: str | None = None
    classes: tuple[str, ...] | None = None
    is_init: bool = False
    cursor_ns: int | None = None
    entry_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredDeletion:
    """A deletion request. For a deleted Flow it keeps the summary of the Segments that remain.

    `auth_classes` are those of the Flow, or of the Source that is deleted with its Flows: `cascade`.
    """

    request: DeletionRequest
    timeline: Timeline = field(default_factory=Timeline)
    auth_classes: tuple[str, ...] = ()
    revision: int = 0
    cascade: Cascade | None = None

    @property
    def covers(self) -> str:
        """What must not be restored in the meantime, because it would be deleted again.

        The Flows of a Source, the Segments of an Object, or the entry of the recycle bin that the request
        fills, which has its id.
        """
        return self.cascade.resource_id if self.cascade else self.request.id


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A Segment with its Object's instances, so that no listing needs a second look-up.

    `tags` (an extension) is None when there are none.
    """

    flow_id: str
    timerange: TimeRange
    object_id: str
    instances: tuple[Instance, ...]
    ts_offset: str | None = None
    last_duration: str | None = None
    sample_offset: int | None = None
    sample_count: int | None = None
    key_frame_count: int | None = None
    object_timerange: str | None = None
    tags: Tags | None = None
    init_object_id: str | None = None
    init_instances: tuple[Instance, ...] = ()
    created_us: int = 0
    event_id: str | None = None

    @property
    def instances_by_object(self) -> dict[str, tuple[Instance, ...]]:
        """The instances of its Object, and of the init Object that this needs."""
        own = {self.object_id: self.instances}
        return (
            own
            if self.init_object_id is None
            else {self.init_object_id: self.init_instances, **own}
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """All the Segments that start in `[from_ns, until_ns)`, in order; None is an open bound."""

    segments: list[StoredSegment]
    from_ns: int | None
    until_ns: int | None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of the outbox: written in the transaction of the change it reports.

    `document` is the Flow or Source of created and updated events; a segments_added event finds its
    Segments by `event_id`, a segments_deleted one needs only its timerange. What is gone keeps in
    `collected_by` the collectors it had (WHK-34). `auth_classes` are those of the Flow or Source.
    """

    id: str
    event_type: str
    created_us: int
    flow_id: str | None = None
    source_id: str | None = None
    timerange: TimeRange | None = None
    document: dict[str, Any] | None = None
    collected_by: tuple[str, ...] = ()
    auth_classes: tuple[str, ...] = ()
