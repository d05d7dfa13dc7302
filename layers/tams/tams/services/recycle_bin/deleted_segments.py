"""Lists of Segments that include what is in the recycle bin (`include_deleted`)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

from tams.models.binned import BinnedTimeline, ListedSegment, SegmentKey
from tams.models.caller import Caller, Permission
from tams.models.filters import TagFilter
from tams.models.stored import StoredSegment
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.recycle_bin.binned_reader import BinnedReader
from tams.services.recycle_bin.with_deleted import IncludeDeleted
from tams.services.segments.segments import page_of
from tams.services.segments.window import PageRequest
from tams.timing import TimeRange
from tams.timing.coverage import hull
from tams.timing.microseconds import to_us

_LOOKED_AT = 1_000
"""Deleted Segments that one page with a filter by tags looks at, or as many as its limit."""


@dataclass(frozen=True, slots=True)
class ListedPage:
    """Segments in the requested order. If more may follow, they do after `next_key`."""

    items: Sequence[ListedSegment]
    next_key: SegmentKey | None

    @property
    def timerange(self) -> TimeRange:
        """PAG-9: the span of the page."""
        return hull(each.timerange for each in self.segments)

    @property
    def segments(self) -> list[StoredSegment]:
        return [each.segment for each in self.items]

    @property
    def told(self) -> list[dict[str, Any]]:
        """Additional properties of each Segment, if it is deleted."""
        return [each.told for each in self.items]

    def first(self, count: int) -> Self:
        """Its first Segments, of which there is one at least; the next page begins after them."""
        if count == len(self.items):
            return self
        return replace(self, items=self.items[:count], next_key=self.items[count - 1].key)


@dataclass(frozen=True, slots=True)
class DeletedSegmentService:
    """At the same time, a Segment comes before deleted ones, which follow by the ids of their entries."""

    store: Store
    clock: Clock
    asked: IncludeDeleted

    @classmethod
    def of(cls, platform: Platform, caller: Caller, asked: IncludeDeleted) -> Self:
        return cls(platform.store(caller), platform.clock, asked)

    def list_(
        self,
        flow_id: str,
        request: PageRequest,
        after: SegmentKey | None,
        object_id: str | None = None,
        tags: Sequence[TagFilter] = (),
    ) -> ListedPage:
        """A page after the key; the cursor of `request` does not count.

        Takes two or three round trips more than the page without deleted Segments. The first of them reads a
        short row for each deletion that can have Segments of the page.
        With `tags` a page may hold fewer Segments than its limit and not be the last.
        """

        def work(repositories: Repositories) -> ListedPage:
            live, live_edge = list[ListedSegment](), None
            if self.asked is not IncludeDeleted.ONLY:
                own = replace(request, cursor_ns=_cursor(after, reverse=request.reverse))
                page = page_of(repositories, flow_id, own, object_id, tags)
                live = [ListedSegment(each) for each in page.segments]
                live_edge = None if page.next_ns is None else (page.next_ns, "")
            looked_at = max(request.limit, _LOOKED_AT) if tags else request.limit
            reader = _reader(repositories, flow_id, request, after, object_id, to_us(self.clock()))
            found = reader.page(replace(request, limit=looked_at, cursor_ns=None), after)
            edge = found[looked_at - 1].key if len(found) > looked_at else None
            binned = [each for each in found[:looked_at] if _matches(each.segment, tags)]
            return _merged(request, [*live, *binned], [live_edge, edge])

        return self.store.read(work)


def _reader(
    repositories: Repositories,
    flow_id: str,
    request: PageRequest,
    after: SegmentKey | None,
    object_id: str | None,
    now_us: int,
) -> BinnedReader:
    from_ns, until_ns = request.timerange.half_open()
    if after is not None and request.reverse:
        until_ns = after[0] + 1 if until_ns is None else min(until_ns, after[0] + 1)
    elif after is not None:
        from_ns = after[0] if from_ns is None else max(from_ns, after[0])
    classes = repositories.caller.classes_for(Permission.READ)
    entries = repositories.binned.of_flow(flow_id, from_ns, until_ns, now_us, classes)
    by_timeline = {each.outline.timeline_id: each for each in entries}
    select = partial(
        repositories.binned.segments,
        ending_after_ns=request.timerange.start_ns,
        object_id=object_id,
    )

    def fetch(
        timelines: Sequence[BinnedTimeline],
        from_ns: int | None,
        until_ns: int | None,
        *,
        rows_max: int,
    ) -> list[tuple[BinnedTimeline, StoredSegment]]:
        chosen = {each.outline.timeline_id: each for each in timelines}
        return select(chosen, from_ns, until_ns, rows_max=rows_max)

    return BinnedReader(fetch, list(by_timeline.values()), is_sparse=object_id is not None)


def _cursor(after: SegmentKey | None, *, reverse: bool) -> int | None:
    """For the Segments that are not deleted, the first of those that start together."""
    if after is None:
        return None
    start_ns, entry_id = after
    return start_ns + 1 if reverse and entry_id else start_ns


def _merged(
    request: PageRequest, items: list[ListedSegment], edges: Sequence[SegmentKey | None]
) -> ListedPage:
    """The first of them, up to the nearest edge, beyond which one of the two lists is not known."""
    items = sorted(items, key=lambda each: each.key, reverse=request.reverse)
    known = [each for each in edges if each is not None]
    edge = (max(known) if request.reverse else min(known)) if known else None
    if edge is not None:
        items = [it for it in items if (it.key >= edge if request.reverse else it.key <= edge)]
    if len(items) > request.limit:
        return ListedPage(items[: request.limit], items[request.limit - 1].key)
    return ListedPage(items, edge)


def _matches(segment: StoredSegment, tags: Sequence[TagFilter]) -> bool:
    return all(each.matches(segment.tags or {}) for each in tags)
