"""Decides which posted Segments a Flow accepts, purely from what a transaction has read (SEG-16…47, INI)."""

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field, replace

from tams.errors import InvalidRequestError, quoted
from tams.models.flow import Flow
from tams.models.flow_segment import FlowSegmentPost
from tams.models.stored import StoredSegment
from tams.models.stored_objects import (
    ObjectKind,
    ObjectState,
    StoredObject,
    is_made_for,
    may_use_first,
)
from tams.services.segments.object_rules import (
    check_unchanged,
    claimed,
    external_object,
    with_urls,
)
from tams.services.segments.occupied import Occupied
from tams.services.segments.repeats import differences
from tams.timing import TimeRange


@dataclass(slots=True)
class Registration:
    """Takes Segments one by one, in the order of the request, and collects what they change.

    `objects` holds what is known of every Object the request names. Changed and new Objects are collected for
    the transaction to write. `by_upload` marks uploads, whose senders are unknown: they register only Objects
    that nobody has used yet.
    """

    flow: Flow
    objects: dict[str, StoredObject]
    near: InitVar[Iterable[StoredSegment]]
    """Segments of the Flow that a posted one could overlap."""
    deleting: Mapping[str, TimeRange]
    backend_labels: frozenset[str]
    now_us: int
    by_upload: bool = False
    tells_timeline: bool = True
    """Whether the caller may learn what else the Flow contains."""
    unreadable: frozenset[str] = frozenset()
    unwritable: frozenset[str] = frozenset()
    """Objects that do not exist for the caller, and Objects whose instances the caller may not change."""
    segments: list[StoredSegment] = field(default_factory=list)
    changed: dict[str, StoredObject] = field(default_factory=dict)
    created: dict[str, StoredObject] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    """Objects already in use that got another URL, which their earlier Segments must show too (SEG-40)."""
    occupied: Occupied = field(init=False)
    present: dict[TimeRange, StoredSegment] = field(init=False)
    """The Segments that `occupied` is built from."""

    def __post_init__(self, near: Iterable[StoredSegment]) -> None:
        self.present = {segment.timerange: segment for segment in near}
        self.occupied = Occupied(self.present)

    def take(self, post: FlowSegmentPost) -> None:
        """Raises InvalidRequestError and changes nothing when the Segment breaks a rule.

        A repetition of a Segment that the Flow has already succeeds and changes nothing either.
        """
        for request_id, timerange in self.deleting.items():
            if timerange.overlaps(post.timerange):
                by = f" by request {quoted(request_id)}" if self.tells_timeline else ""
                raise InvalidRequestError(f"timerange {post.timerange} is still being deleted{by}")
        if (taken := self.occupied.overlapping(post.timerange)) is not None:
            self._check_repeated(post, self.present[taken])
            return
        media = self._media_object(post)
        init = self._init_object(post, media)
        if init is not None and media.reference_count == 0:
            init = replace(
                claimed(init, self.flow),
                kind=ObjectKind.INIT,
                state=ObjectState.REFERENCED,
                reference_count=init.reference_count + 1,
            )
            self._keep(init)
        media = replace(
            media,
            kind=ObjectKind.MEDIA,
            state=ObjectState.REFERENCED,
            init_object_id=init.id if init else None,
            reference_count=media.reference_count + 1,
            fault=None,
        )
        used_before = self.objects.get(media.id)
        if used_before and used_before.reference_count and used_before.instances != media.instances:
            self.moved.add(media.id)
        self._keep(media)
        self._add(self._segment(post, media, init))

    def _add(self, segment: StoredSegment) -> None:
        self.occupied.add(segment.timerange)
        self.present[segment.timerange] = segment
        self.segments.append(segment)

    def _check_repeated(self, post: FlowSegmentPost, there: StoredSegment) -> None:
        """Raises InvalidRequestError for a Segment that differs from the stored one."""
        known = self.objects.get(there.object_id)
        differing = differences(post, there, known.instances if known else there.instances)
        if not differing:
            return
        summary = f"timerange {post.timerange} overlaps an existing segment of this Flow"
        if self.tells_timeline:
            summary += f": {there.timerange} of Object {quoted(there.object_id)}"
            if "timerange" not in differing:
                summary += f", which differs in {', '.join(differing)}"
        raise InvalidRequestError(summary)

    def _keep(self, stored: StoredObject) -> None:
        new = stored.id in self.created or stored.id not in self.objects
        home = self.created if new else self.changed
        home[stored.id] = self.objects[stored.id] = stored

    def _media_object(self, post: FlowSegmentPost) -> StoredObject:
        """The Object as it will be, except for its references."""
        stored = self.objects.get(post.object_id)
        used = post.used_timerange
        if post.object_id in self.unreadable:
            raise InvalidRequestError(f"object_id {quoted(post.object_id)} cannot be used here")
        if stored is None:
            stored = external_object(post, self.flow, self.now_us)
        elif stored.state is ObjectState.DOOMED:
            raise InvalidRequestError(f"object_id {quoted(post.object_id)} is being deleted")
        elif self.by_upload and stored.reference_count:
            raise InvalidRequestError(f"object_id {quoted(post.object_id)} is already in use")
        elif stored.reference_count == 0 and not may_use_first(stored, self.flow):
            raise InvalidRequestError(
                f"object_id {quoted(post.object_id)} was allocated for another Flow, which must use it first"
            )
        elif stored.kind is ObjectKind.INIT:
            raise InvalidRequestError(
                f"object_id {quoted(post.object_id)} is an initialisation Object, not a media Object"
            )
        check_unchanged(post, stored)
        if stored.reference_count == 0:
            stored = self._used_first(post, stored)
        if stored.timerange is not None and not stored.timerange.contains(used):
            raise InvalidRequestError(
                f"the Object holds only {stored.timerange}; with this ts_offset the Segment needs "
                f"{used}"
            )
        may_add = stored.id not in self.unwritable
        return with_urls(stored, post, self.backend_labels, may_add=may_add)

    def _used_first(self, post: FlowSegmentPost, stored: StoredObject) -> StoredObject:
        """The first Segment settles what is still open; a client that registers an Object may settle some."""
        count = stored.key_frame_count
        return replace(
            claimed(stored, self.flow),
            timerange=stored.timerange or post.object_timerange or post.used_timerange,
            key_frame_count=post.key_frame_count if count is None else count,
        )

    def _init_object(self, post: FlowSegmentPost, media: StoredObject) -> StoredObject | None:
        """INI-2…7: the init Object is settled when the media Object is first registered."""
        init_id = post.init_object_id or media.init_object_id
        uses_init = bool(getattr(self.flow.essence_parameters, "init_segments", False))
        if uses_init != (init_id is not None):
            raise InvalidRequestError(
                "init_object_id is required: the Flow has init_segments"
                if uses_init
                else "init_object_id is not allowed: the Flow has no init_segments"
            )
        if init_id is None:
            return None
        init = self.objects.get(init_id)
        if init is None or init.state is ObjectState.DOOMED or init.id in self.unreadable:
            raise InvalidRequestError(f"init_object_id {quoted(init_id)} does not exist")
        if self.by_upload and not media.registers and not is_made_for(init, self.flow):
            # Permissions were checked for whoever allocated the Object, not for the sender of its bytes.
            raise InvalidRequestError(f"init_object_id {quoted(init_id)} does not exist")
        if init.kind is ObjectKind.MEDIA:
            raise InvalidRequestError(f"init_object_id {quoted(init_id)} is a media Object")
        if init.kind is None and not may_use_first(init, self.flow):
            raise InvalidRequestError(
                f"init_object_id {quoted(init_id)} was allocated for another Flow"
            )
        return init

    def _segment(
        self, post: FlowSegmentPost, media: StoredObject, init: StoredObject | None
    ) -> StoredSegment:
        return StoredSegment(
            flow_id=self.flow.id,
            timerange=post.timerange,
            object_id=media.id,
            instances=media.instances,
            ts_offset=None if post.ts_offset is None else str(post.ts_offset),
            last_duration=None if post.last_duration is None else str(post.last_duration),
            sample_offset=post.sample_offset,
            sample_count=post.sample_count,
            key_frame_count=media.key_frame_count,
            object_timerange=str(media.timerange),
            tags=post.tags or None,
            init_object_id=init.id if init else None,
            init_instances=init.instances if init else (),
            created_us=self.now_us,
        )
