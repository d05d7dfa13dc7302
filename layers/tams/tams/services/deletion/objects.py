"""Deletes Objects (an extension): unused ones, or with the Segments that use them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from tams.errors import ForbiddenError, NotFoundError, quoted
from tams.models.caller import Caller, Permission, classes_of
from tams.models.deletion_request import DeletionRequest
from tams.models.stored import Cascade, StoredFlow, StoredSegment
from tams.models.stored_objects import ObjectKind, ObjectState, StoredObject
from tams.models.timelines import finite
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.object_permissions import check_object
from tams.services.access.writable import writable
from tams.services.clock.record_times import moment_of_change
from tams.services.deletion.cascades import accept, at_work, request_of
from tams.services.deletion.deletion import Outcome
from tams.services.deletion.dependants import named_flows, named_some, still_needed
from tams.services.deletion.disposal import DeletionOptions, Disposal, check_unkept
from tams.services.deletion.kept_segments import move_or_release
from tams.services.deletion.object_uses import uses_left
from tams.services.objects.objects import flows_showing, media_of
from tams.services.segments.window import PageRequest, reader_of
from tams.settings import Settings
from tams.timing import TimeRange
from tams.timing.microseconds import to_us

FLOWS_MAX = 50
"""The most Flows from which a request deletes Segments itself, in one transaction."""


@dataclass(frozen=True, slots=True)
class ObjectDeletionService:
    store: Store
    clock: Clock
    cleanup: Queue
    deletions: Queue
    settings: Settings

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        queues = platform.queues
        return cls(
            platform.store(caller),
            platform.clock,
            queues.object_cleanup,
            queues.deletions,
            platform.settings,
        )

    def delete(self, object_id: str, asked: DeletionOptions) -> DeletionRequest | None:
        """Delete an Object that no Segment uses or, with `cascade`, the Segments that use it.

        The Object itself goes with its last Segment, those in the recycle bin included. Returns None when all
        done. If there are many Segments, a deletion request deletes some at a time. Raises NotFoundError;
        ForbiddenError, also for a read-only Flow and for one whose Segments the caller may not delete;
        ConflictError if Segments use it and `cascade` is not asked for; InvalidRequestError (`asked`).
        """

        def work(repositories: Repositories) -> Outcome:
            disposal = Disposal.of(self.settings, repositories.caller, asked)
            stored = repositories.objects.find_many([object_id]).get(object_id)
            if stored is None or stored.state is ObjectState.DOOMED:
                raise NotFoundError("Object", object_id)
            check_object(repositories, Permission.DELETE, stored)
            if stored.state is ObjectState.ALLOCATED:
                return Outcome(self._unused(repositories, stored, asked))
            media_ids = media_of(repositories, stored)
            uses = repositories.segments.uses_of(media_ids)
            flows = flows_showing(repositories, stored, uses)
            if not asked.cascade:
                need = _need(repositories, stored, media_ids, flows)
                raise still_needed("Object", object_id, [need])
            _check_all(repositories, stored, flows)
            request = at_work(repositories, "Object", object_id, disposal)
            if request is not None:
                return Outcome(request=request)
            count = sum(len(uses[flow.outline.timeline_id]) for flow in flows.values())
            if len(flows) > FLOWS_MAX or count > self.settings.deletion.at_once_segments:
                return Outcome(request=self._accept(repositories, stored, flows, disposal))
            return Outcome(self._cascade(repositories, stored, uses, flows, disposal))

        outcome = self.store.write(work, object_id)
        self.cleanup.send(outcome.doomed)
        if outcome.request is not None:
            self.deletions.send([outcome.request.id])
        return outcome.request

    def _unused(
        self, repositories: Repositories, stored: StoredObject, asked: DeletionOptions
    ) -> list[str]:
        unused = "Objects that no Segment uses"
        check_unkept(self.settings, repositories.caller, asked, unused)
        doomed = replace(stored, state=ObjectState.DOOMED, doomed_us=to_us(self.clock()))
        repositories.objects.save([doomed])
        return [stored.id]

    def _accept(
        self,
        repositories: Repositories,
        stored: StoredObject,
        flows: Mapping[str, StoredFlow],
        disposal: Disposal,
    ) -> DeletionRequest:
        """The caller already knows of anything in the way: the worker does not check again."""
        # A restore of Segments that does not see the request yet holds these too.
        repositories.guards.hold(flows)
        now, first = self.clock(), min(flows)
        deletion = disposal.kept_until(now)
        last_us = max(to_us(moment_of_change(now, flow)) for flow in flows.values())
        cascade = Cascade(
            None,
            last_us,
            deletion.id,
            deletion.deleted_us,
            deletion.until_us,
            deletion.deleted_by,
            uses_left(repositories, stored, flows),
        )
        request = request_of(cascade, first, now, repositories.caller)
        return accept(repositories, request, cascade, classes_of(flows[first].flow.tags))

    def _cascade(
        self,
        repositories: Repositories,
        stored: StoredObject,
        uses: Mapping[str, Sequence[TimeRange]],
        flows: Mapping[str, StoredFlow],
        disposal: Disposal,
    ) -> list[str]:
        now = self.clock()
        deletion = disposal.deletion(now)
        doomed: list[str] = []
        for flow in flows.values():
            found = _segments(repositories, stored, flow, uses[flow.outline.timeline_id])
            moment = moment_of_change(now, flow)
            doomed += move_or_release(repositories, flow, found, to_us(moment), deletion)
        return doomed


def _check_all(
    repositories: Repositories, stored: StoredObject, flows: Mapping[str, StoredFlow]
) -> None:
    """Raises ForbiddenError."""
    caller = repositories.caller
    refused = [
        flow_id
        for flow_id, flow in flows.items()
        if not caller.may(Permission.DELETE, classes_of(flow.flow.tags))
    ]
    if refused:
        raise ForbiddenError(
            f"Object {quoted(stored.id)} is used by {named_flows(repositories, refused)}: you do not "
            "have the 'delete' permission there"
        )
    for flow in flows.values():
        writable(flow)


def _segments(
    repositories: Repositories,
    stored: StoredObject,
    flow: StoredFlow,
    used: Sequence[TimeRange],
) -> list[StoredSegment]:
    """Those of this Flow that use the Object, by time, read for change.

    Those that need an init Object are found by their times: no order of the table leads to them.
    """
    if stored.kind is not ObjectKind.INIT:
        reader = reader_of(repositories, flow.outline, object_id=stored.id, for_change=True)
        found, _ = reader.page(PageRequest(TimeRange.eternity(), len(used)))
        return found
    starts = sorted(finite(each)[0] for each in used)
    spans = [(start_ns, start_ns) for start_ns in starts]
    found = repositories.segments.starting_in(flow.outline, spans, for_change=True)
    return sorted(found, key=lambda each: finite(each.timerange))


def _need(
    repositories: Repositories,
    stored: StoredObject,
    media_ids: Collection[str],
    flows: Mapping[str, StoredFlow],
) -> str:
    """What needs the Object, as far as the caller may know of it."""
    if stored.kind is not ObjectKind.INIT:
        return f"is used by Segments of {named_flows(repositories, flows)}"
    known = [
        flow.outline.timeline_id
        for flow in flows.values()
        if repositories.caller.may(Permission.READ, classes_of(flow.flow.tags))
    ]
    users = repositories.segments.users_of(media_ids)
    media = sorted(each for each in users if not users[each].isdisjoint(known))
    named = named_some("media Object", media, hidden=len(known) < len(flows))
    return f"is the init Object of {named}"
