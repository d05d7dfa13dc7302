"""Segments of a Flow: read a page by time, register many in one transaction."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Self

from tams.errors import InvalidRequestError, NotFoundError
from tams.models.caller import Caller, Permission, classes_of
from tams.models.filters import TagFilter
from tams.models.flow import Flow
from tams.models.flow_segment import FlowSegmentPost, SegmentFault
from tams.models.stored import StoredFlow, StoredSegment
from tams.models.stored_objects import is_made_for
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.object_permissions import unreadable, unwritable
from tams.services.access.permissions import flow_to
from tams.services.access.writable import writable
from tams.services.clock.record_times import moment_of_change
from tams.services.segments.added import announced
from tams.services.segments.occupied import lookback_spans
from tams.services.segments.requests import Outcome, Request, take_each
from tams.services.segments.rules import Registration
from tams.services.segments.tag_search import tag_search
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.coverage import hull
from tams.timing.microseconds import from_us, to_us

_SMALL_REQUEST = 100
"""Segments in a request that others may share a transaction with; a larger one gains nothing."""


@dataclass(frozen=True, slots=True)
class SegmentPage:
    """Segments in the requested order. If more may follow, `next_ns` is the cursor of the next page."""

    segments: list[StoredSegment]
    next_ns: int | None

    @property
    def timerange(self) -> TimeRange:
        """PAG-9: the span of the page."""
        return hull(segment.timerange for segment in self.segments)

    @property
    def next_key(self) -> tuple[int] | None:
        return None if self.next_ns is None else (self.next_ns,)

    @property
    def told(self) -> list[dict[str, Any]]:
        """Additional properties of each Segment: none here."""
        return [{} for _ in self.segments]

    def first(self, count: int) -> Self:
        """Its first Segments, of which there is one at least; the next page begins after them."""
        if count == len(self.segments):
            return self
        some = self.segments[:count]
        return replace(self, segments=some, next_ns=some[-1].timerange.start_ns)


@dataclass(frozen=True, slots=True)
class FlowSegmentService:
    store: Store
    clock: Clock
    backend_labels: frozenset[str]

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        labels = (each.label for each in platform.backends.values())
        return cls(
            platform.store(caller), platform.clock, frozenset(each for each in labels if each)
        )

    def list_(
        self,
        flow_id: str,
        request: PageRequest,
        object_id: str | None = None,
        tags: Sequence[TagFilter] = (),
    ) -> SegmentPage:
        """One page in time order; an unknown Flow gives an empty page (SEG-2).

        Takes four round trips, and more only where the timeline is far from even, or where few Segments have
        the `tags` (an extension). Then a page may hold fewer Segments than its limit and not be the last.
        Source: GET /flows/{flowId}/segments.
        """
        return self.store.read(lambda it: page_of(it, flow_id, request, object_id, tags))

    def register(
        self,
        flow_id: str,
        posts: Sequence[FlowSegmentPost | SegmentFault],
        *,
        single: bool,
        by_upload: bool = False,
    ) -> list[SegmentFault]:
        """Register every Segment that breaks no rule. Returns the rejected ones with the reasons (SEG-16…26).

        A repetition of a Segment that the Flow already has succeeds and changes nothing.

        Takes one transaction whatever the number: at most 9 round trips for Objects that were allocated here,
        and 8 to append. Small requests that wait for each other share one.
        A single Segment that fails raises InvalidRequestError instead. `by_upload` refuses Objects that
        already have a Segment in any Flow, and init Objects of others. Raises NotFoundError, ForbiddenError
        (read-only), InvalidRequestError (no container, or more faults than one answer can name).
        """
        request = Request(posts, single)

        def work(repositories: Repositories, requests: Sequence[Request]) -> list[Outcome]:
            stored = _taking_segments(repositories, flow_id)
            registration = self._registration(repositories, stored, requests)
            registration.by_upload = by_upload
            outcomes = [take_each(registration, each) for each in requests]
            if registration.segments:
                self._write(repositories, stored, registration)
            return outcomes

        if len(posts) > _SMALL_REQUEST:
            (outcome,) = self.store.write(lambda it: work(it, [request]), flow_id)
        else:
            outcome = self.store.write_each(work, request, flow_id, by_upload)
        if isinstance(outcome, InvalidRequestError):
            raise outcome
        return outcome

    def check(self, flow_id: str, post: FlowSegmentPost) -> None:
        """Raises what `register` would raise for this Segment alone, and writes nothing."""

        def work(repositories: Repositories) -> Outcome:
            stored, request = _taking_segments(repositories, flow_id), Request([post], single=True)
            return take_each(self._registration(repositories, stored, [request]), request)

        outcome = self.store.read(work)
        if isinstance(outcome, InvalidRequestError):
            raise outcome

    def _registration(
        self,
        repositories: Repositories,
        stored: StoredFlow,
        requests: Sequence[Request],
    ) -> Registration:
        """Reads everything the rules need, in one to three selects."""
        posts = [
            post for each in requests for post in each.posts if isinstance(post, FlowSegmentPost)
        ]
        named = {post.object_id for post in posts}
        named |= {post.init_object_id for post in posts if post.init_object_id}
        objects = repositories.objects.find_many(named)
        links = {each.init_object_id for each in objects.values() if each.init_object_id}
        if unseen := links - objects.keys():
            objects |= repositories.objects.find_many(unseen)
        others = {
            each.id: each
            for each in objects.values()
            if each.reference_count or not is_made_for(each, stored.flow)
        }
        given = {post.object_id for post in posts if post.get_urls}
        extended = {each: others[each] for each in given & others.keys()}
        # An ingest that appends needs no look at what is there.
        wanted = (post.timerange for post in posts)
        amid = [each for each in wanted if stored.timeline.spans_some_of(each)]
        spans = lookback_spans(amid, stored.timeline.longest_ns)
        near = repositories.segments.starting_in(stored.outline, spans) if spans else []
        return Registration(
            flow=stored.flow,
            objects=objects,
            near=near,
            deleting=stored.deleting,
            backend_labels=self.backend_labels,
            now_us=to_us(moment_of_change(self.clock(), stored)),
            tells_timeline=repositories.caller.may(Permission.READ, classes_of(stored.flow.tags)),
            unreadable=unreadable(repositories, others),
            unwritable=unwritable(repositories, extended),
        )

    def _write(
        self, repositories: Repositories, stored: StoredFlow, registration: Registration
    ) -> None:
        timeline = stored.timeline
        for segment in registration.segments:
            timeline = timeline.including(segment.timerange)
        flow = _segments_updated(stored.flow, registration.now_us)
        # The Flow's row first: a second writer of this Flow collides here, before it writes anything else.
        repositories.flows.save_timeline(replace(stored, flow=flow, timeline=timeline))
        if registration.created:
            repositories.guards.hold(registration.created)
            repositories.objects.add(list(registration.created.values()))
        repositories.objects.save(list(registration.changed.values()))
        for object_id in registration.moved & registration.changed.keys():
            instances = registration.changed[object_id].instances
            repositories.segments.set_instances(object_id, instances)
        segments, events = announced(flow, registration.segments, registration.now_us)
        repositories.segments.add(
            stored.outline,
            [
                replace(segment, instances=registration.objects[segment.object_id].instances)
                for segment in segments
            ],
        )
        repositories.events.add(events)


def page_of(
    repositories: Repositories,
    flow_id: str,
    request: PageRequest,
    object_id: str | None = None,
    tags: Sequence[TagFilter] = (),
) -> SegmentPage:
    """What `FlowSegmentService.list_` answers, inside a transaction."""
    classes = repositories.caller.classes_for(Permission.READ)
    outline = repositories.flows.outline(flow_id, classes)
    if outline is None:
        return _no_segments(repositories, flow_id)
    if tags and object_id is None:
        return SegmentPage(*tag_search(repositories, outline, tags).page(request))
    reader = reader_of(repositories, outline, object_id=object_id, tags=tags)
    segments, more = reader.page(request)
    return SegmentPage(segments, segments[-1].timerange.start_ns if more else None)


def _taking_segments(repositories: Repositories, flow_id: str) -> StoredFlow:
    """Raises NotFoundError, ForbiddenError (read-only), InvalidRequestError (no container)."""
    stored = writable(flow_to(Permission.WRITE, repositories, flow_id))
    if stored.flow.container is None:
        raise InvalidRequestError("the Flow 'container' is not set: set it before adding Segments")
    return stored


def _no_segments(repositories: Repositories, flow_id: str) -> SegmentPage:
    """An empty page if the Flow does not exist for the caller. Raises ForbiddenError if it is unreadable."""
    if repositories.caller.classes is not None:
        with suppress(NotFoundError):
            flow_to(Permission.READ, repositories, flow_id)
    return SegmentPage([], None)


def _segments_updated(flow: Flow, now_us: int) -> Flow:
    updated: Flow = flow.model_copy(update={"segments_updated": from_us(now_us)})
    return updated
