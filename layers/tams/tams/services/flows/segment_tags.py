"""Changes the tags of the Segments that a timerange covers (an extension)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Self

from tams.errors import InvalidRequestError
from tams.models.caller import Caller, Permission, classes_of
from tams.models.common import Tags
from tams.models.segment_tags import ChangedTags, tags_fault
from tams.models.stored import StoredFlow, StoredSegment
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import flow_to
from tams.services.access.writable import writable
from tams.services.clock.record_times import moment_of_change
from tams.services.flows.announcements import flow_event
from tams.services.flows.collections import with_collections
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.coverage import hull

AT_ONCE_MAX = 2_000
"""Segments that one transaction changes. This bounds its memory, its time and the cost of a conflict."""
_EDGES = 2
"""Segments that overlap a timerange without being covered: one at each end."""


@dataclass(frozen=True, slots=True)
class SegmentTagService:
    """A change of tags sets the Flow's `segments_updated` and sends `flows/updated`."""

    store: Store
    clock: Clock
    at_once: int = AT_ONCE_MAX

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller), platform.clock)

    def merge(self, flow_id: str, timerange: TimeRange, tags: Tags) -> ChangedTags:
        """Add these tags to each Segment, in place of those with the same names.

        Raises NotFoundError, ForbiddenError (read-only), InvalidRequestError for tags that a Segment cannot
        have, and for more Segments than one transaction changes.
        """
        return self._change(flow_id, timerange, lambda old: {**old, **tags}, tags)

    def replace(self, flow_id: str, timerange: TimeRange, tags: Tags) -> ChangedTags:
        """Give each Segment these tags and no others. Raises as `merge` does."""
        return self._change(flow_id, timerange, lambda _: tags, tags)

    def remove(
        self, flow_id: str, timerange: TimeRange, names: Collection[str] | None = None
    ) -> ChangedTags:
        """Remove the tags of these names from each Segment, or all of them. Raises as `merge` does."""

        def without(old: Tags) -> Tags:
            return {} if names is None else {k: v for k, v in old.items() if k not in names}

        return self._change(flow_id, timerange, without, {})

    def _change(
        self, flow_id: str, timerange: TimeRange, change: Callable[[Tags], Tags], given: Tags
    ) -> ChangedTags:
        if (fault := tags_fault(given)) is not None:
            raise InvalidRequestError(fault)

        def work(repositories: Repositories) -> ChangedTags:
            stored = writable(flow_to(Permission.WRITE, repositories, flow_id))
            tells = repositories.caller.may(Permission.READ, classes_of(stored.flow.tags))
            reader = reader_of(repositories, stored.outline, for_change=True)
            found, _ = reader.page(PageRequest(timerange, self.at_once + _EDGES))
            covered = [each for each in found if timerange.contains(each.timerange)]
            if len(covered) > self.at_once:
                raise self._too_many(covered, tells=tells)
            changed = [new for each in covered if (new := _changed(each, change, tells=tells))]
            if changed:
                self._write(repositories, stored, changed)
            if not tells:
                return ChangedTags()
            return ChangedTags(
                changed=len(changed), timerange=hull(each.timerange for each in changed)
            )

        return self.store.write(work, flow_id)

    def _write(
        self, repositories: Repositories, stored: StoredFlow, segments: Sequence[StoredSegment]
    ) -> None:
        now = moment_of_change(self.clock(), stored)
        flow = stored.flow.model_copy(update={"segments_updated": now})
        written = replace(stored, flow=flow)
        # The Flow's row first: a second writer of this Flow collides here.
        repositories.flows.save_timeline(written)
        repositories.segments.set_tags(stored.outline, segments)
        (updated,) = with_collections(repositories, [written])
        repositories.events.add([flow_event("flows/updated", updated, now)])

    def _too_many(self, covered: Sequence[StoredSegment], *, tells: bool) -> InvalidRequestError:
        summary = f"timerange: it covers more than {self.at_once} Segments, the most that one request changes"
        if tells:
            piece = hull(each.timerange for each in covered[: self.at_once])
            summary += f": send a request for {piece} first, and then one for the rest"
        return InvalidRequestError(summary)


def _changed(
    segment: StoredSegment, change: Callable[[Tags], Tags], *, tells: bool
) -> StoredSegment | None:
    """The Segment with its new tags; None if they are its old ones. Raises InvalidRequestError."""
    old = segment.tags or {}
    new = change(old)
    if new == old:
        return None
    if (fault := tags_fault(new)) is not None:
        where = f"Segment {segment.timerange}" if tells else "a Segment"
        raise InvalidRequestError(f"{where}: {fault}")
    return replace(segment, tags=new or None)
