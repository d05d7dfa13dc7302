"""What the store holds beyond the specification's documents: their summaries and links."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from tams.models.common import Tags
from tams.models.deletion_request import DeletionRequest
from tams.models.error import Error
from tams.models.flow import Flow
from tams.models.source import Source
from tams.timing import TimeRange
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class Timeline:
    """The summary of a Flow's Segments. It makes the cost of reading any of them independent of their number.

    `[first_ns, last_ns)` spans them; with `last_inclusive`, the text of the last one ends with `]`.
    `longest_ns` is at least the duration of the longest: no Segment that starts earlier than that before an
    instant can still cover it. `id` is what the Segments are stored under, unless that is the Flow's
    own id: see `FlowOutline.timeline_id`.
    """

    segment_count: int = 0
    first_ns: int | None = None
    last_ns: int | None = None
    last_inclusive: bool = False
    longest_ns: int = 0
    id: str = ""

    @property
    def timerange(self) -> TimeRange:
        """TIM-21: from the first start marker to the last end marker; `()` without Segments."""
        if self.first_ns is None or self.last_ns is None:
            return TimeRange.never()
        if self.last_inclusive:
            return TimeRange.between(self.first_ns, self.last_ns - 1, includes_end=True)
        return TimeRange.between(self.first_ns, self.last_ns)

    def spans_some_of(self, timerange: TimeRange) -> bool:
        """Whether a Segment at this timerange could meet one that is there: it is not beyond either end."""
        if self.first_ns is None or self.last_ns is None:
            return False
        start_ns, end_ns = finite(timerange)
        return start_ns < self.last_ns and end_ns > self.first_ns

    def including(self, timerange: TimeRange) -> Self:
        """The summary with one more Segment."""
        start_ns, end_ns = finite(timerange)
        last = self.last_ns is None or end_ns >= self.last_ns
        return replace(
            self,
            segment_count=self.segment_count + 1,
            first_ns=start_ns if self.first_ns is None else min(self.first_ns, start_ns),
            last_ns=end_ns if last else self.last_ns,
            last_inclusive=timerange.includes_end if last else self.last_inclusive,
            longest_ns=max(self.longest_ns, end_ns - start_ns),
        )


def timeline_of(flow_id: str, suffix: object) -> str:
    """The id of another timeline than the Flow's first."""
    return f"{flow_id}/{suffix}"


def flow_of(timeline_id: str) -> str:
    """The Flow that a timeline belongs to, or belonged to."""
    return timeline_id.partition("/")[0]


def finite(timerange: TimeRange) -> tuple[int, int]:
    """Half-open bounds of a Segment's timerange, which is never open-ended."""
    start_ns, end_ns = timerange.half_open()
    assert start_ns is not None
    assert end_ns is not None
    return start_ns, end_ns


@dataclass(frozen=True, slots=True)
class FlowOutline:
    """The part of a Flow needed to read its Segments: each column of a row costs a client time."""

    flow_id: str
    timeline: Timeline = field(default_factory=Timeline)
    deleting: Mapping[str, TimeRange] = field(default_factory=dict)

    @property
    def timeline_id(self) -> str:
        """What the Segments are stored under.

        A Flow whose id was used before has another timeline than that one, whose Segments may still be there.
        Segments in the recycle bin have a timeline of their own.
        """
        return self.timeline.id or self.flow_id

    @property
    def whole(self) -> Self:
        """The outline with Segments that clients no longer see but the store still has, to delete them."""
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
class Instance:
    """One copy of an Object's bytes: controlled on a storage backend, or a client's own URL and its label."""

    storage_id: str | None = None
    url: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Cascade:
    """The Flows of a Source that a deletion request deletes: those created until then.

    The rest is the deletion that the recycle bin records. It keeps nothing if `until_us` is `deleted_us`.
    """

    source_id: str
    created_until_us: int
    deletion_id: str
    deleted_us: int
    until_us: int
    deleted_by: str | None = None


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


class ObjectKind(StrEnum):
    """Media Objects are played, init Objects prepare the decoder; an Object is never both (INI-5)."""

    MEDIA = "media"
    INIT = "init"


class ObjectState(StrEnum):
    """allocated → referenced → doomed; a doomed Object no longer exists for anyone but `object_cleanup`."""

    ALLOCATED = "allocated"
    REFERENCED = "referenced"
    DOOMED = "doomed"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An Object and the number of its users: Segments for media, media Objects for init.

    `flow_id` is empty while an Object that a client registered by itself is for whatever Flow comes first.
    `flow_created_us` distinguishes the Flow it was made for from a later one with the same id. It is
    FLOW_GONE_US if that Flow was deleted before Objects recorded it, and None on Objects that release 0.1.0
    has just made. `registers` has the headers of an upload that registers its Segment by itself.
    `size_bytes`, `etag` and `uploaded_us` are what S3 reported about the bytes, None until then. `fault` is
    why the upload failed to register its Segment.
    """

    id: str
    state: ObjectState
    flow_id: str
    instances: tuple[Instance, ...]
    kind: ObjectKind | None = None
    content_type: str | None = None
    timerange: TimeRange | None = None
    init_object_id: str | None = None
    key_frame_count: int | None = None
    reference_count: int = 0
    created_us: int = 0
    flow_created_us: int | None = None
    doomed_us: int | None = None
    """When it was doomed, or hinted at again since."""
    registers: Mapping[str, str] = field(default_factory=dict)
    size_bytes: int | None = None
    etag: str | None = None
    uploaded_us: int | None = None
    fault: Error | None = None
    revision: int = 0

    @property
    def is_shown(self) -> bool:
        """Whether clients see it: it is in use, or a client registered it by itself, with URLs."""
        if self.state is ObjectState.ALLOCATED:
            return any(instance.url is not None for instance in self.instances)
        return self.state is ObjectState.REFERENCED


FLOW_GONE_US = -1
"""A time at which no Flow was ever created."""

_CLOCKS_APART_US = 1_000_000
"""How far apart clocks may be, for Objects that do not record which Flow they were made for."""


def may_use_first(stored: StoredObject, flow: Flow) -> bool:
    """Whether this Flow may be the first to use the Object: it was made for this Flow, or for none yet."""
    return not stored.flow_id or is_made_for(stored, flow)


def is_made_for(stored: StoredObject, flow: Flow) -> bool:
    """Whether the Object was made for this Flow, and not for an earlier one with the same id."""
    if stored.flow_id != flow.id:
        return False
    made_us = created_us_of(flow)
    if stored.flow_created_us is not None:
        return stored.flow_created_us == made_us
    return made_before(made_us, stored.created_us)


def made_before(flow_us: int, object_us: int) -> bool:
    """Whether a Flow was created before an Object that names its id, as far as clocks can show."""
    return flow_us <= object_us + _CLOCKS_APART_US


def created_us_of(flow: Flow) -> int:
    return to_us(flow.created) if flow.created else 0


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
