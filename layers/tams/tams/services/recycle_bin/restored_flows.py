"""Puts Flows and their Sources back, inside one transaction, by the rules for new ones."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tams.errors import ConflictError, InvalidRequestError, quoted
from tams.models.caller import Caller, Permission, classes_of
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.recycle_bin import BinEntry, BinKind, Collector
from tams.models.retention import look_after_restore_us
from tams.models.stored import StoredDeletion, StoredEvent, StoredFlow
from tams.ports import Repositories
from tams.services.access.permissions import check
from tams.services.clock.record_times import moment_after, moment_of_change
from tams.services.deletion.removal import renew_collectors
from tams.services.flows.announcements import flow_event, source_event
from tams.services.flows.collections import collect, with_collections, with_flow
from tams.services.flows.membership import join_source
from tams.services.segments.added import EVENT_SEGMENTS_MAX, announced
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.microseconds import from_us, to_us

ANNOUNCED_MAX = 10 * EVENT_SEGMENTS_MAX
"""Segments of a restored Flow that events announce. A longer Flow is announced by itself, and then read."""


@dataclass(slots=True)
class Restoration:
    """Restores entries of one deletion, and then their collections, when all Flows are back."""

    repositories: Repositories
    now: datetime
    events: list[StoredEvent] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)
    """Deletion requests that continue with what they had left."""
    left_out: list[str] = field(default_factory=list)
    _flows: list[BinEntry] = field(default_factory=list)

    def source(self, entry: BinEntry, flow_count: int = 0) -> None:
        """Raises ConflictError if the Source exists again."""
        assert entry.source is not None
        check_restorable(self.repositories.caller, entry)
        source = entry.source.source
        if self.repositories.sources.find(source.id) is not None:
            raise ConflictError(f"Source {quoted(source.id)} exists again: delete it first")
        moment = moment_after(self.now, source.updated, source.created)
        back = replace(
            entry.source,
            source=source.model_copy(update={"updated": moment}),
            flow_count=flow_count,
            revision=entry.source.revision + 1,
            is_unrelated=True,  # until its Flows get back their collections
        )
        self.repositories.sources.add(back)
        self.events.append(source_event("sources/created", back.source, moment))
        self.repositories.recycle_bin.remove([entry])

    def flow(self, entry: BinEntry) -> None:
        """The Flow with its Segments, and its Source if that is gone. Raises ConflictError."""
        check_restorable(self.repositories.caller, entry)
        flow = entry.of.flow
        if self.repositories.flows.find(flow.id) is not None:
            raise ConflictError(f"Flow {quoted(flow.id)} exists again: delete it first")
        self._join_source(entry.of)
        moment = moment_of_change(self.now, entry.of)
        back = replace(
            entry.of,
            told_us=to_us(moment),
            revision=entry.of.revision + 1,
            is_unrelated=not entry.relations,
            look_us=look_after_restore_us(moment),
        )
        self.repositories.flows.add(back)
        self._resume_deletions(back, moment)
        self.repositories.recycle_bin.remove([entry])
        self._flows.append(entry)

    def end(self) -> None:
        """Restore the collections and write the events. Raises ConflictError."""
        found = self.repositories.flows.find_many([entry.of.flow.id for entry in self._flows])
        left_out_before = self._left_out_before(found)
        derived: list[StoredEvent] = []
        for entry in self._flows:
            derived += self._collect(found[entry.of.flow.id], entry)
            derived += self._collect_again(entry.relations.collectors)
        derived += self._collect_again(left_out_before)
        related = self.repositories.flows.find_many(found) if derived else found
        for flow in with_collections(self.repositories, list(related.values())):
            moment = from_us(found[flow.id].told_us)
            self.events.append(flow_event("flows/created", flow, moment))
        for stored in found.values():
            self.events += self._announced(stored)
        self.repositories.events.add([*self.events, *derived])

    def _join_source(self, stored: StoredFlow) -> None:
        """Its Source counts it again. If that is gone, it comes back too."""
        flow, repositories = stored.flow, self.repositories
        try:
            if repositories.sources.find(flow.source_id) is None:
                gone = repositories.recycle_bin.of(flow.source_id, BinKind.SOURCE, to_us(self.now))
                if gone:
                    self.source(gone[0], flow_count=1)
                    return
            self.events += join_source(repositories, flow, self.now)[1]
        except InvalidRequestError as error:  # the Source has been made anew, with another format
            raise ConflictError(str(error)) from error

    def _resume_deletions(self, stored: StoredFlow, now: datetime) -> None:
        """Deletions of Segments that had not ended when the Flow was deleted."""
        requests = self.repositories.deletion_requests
        for request_id, remaining in stored.deleting.items():
            request = DeletionRequest(
                id=request_id,
                flow_id=stored.flow.id,
                timerange_to_delete=remaining,
                timerange_remaining=remaining,
                delete_flow=False,
                status=DeletionStatus.STARTED,
                created=now,
                updated=now,
            )
            if (found := requests.find(request_id)) is None:  # forgotten since
                classes = classes_of(stored.flow.tags)
                requests.add(StoredDeletion(request, auth_classes=classes))
            else:
                again = {"status": request.status, "timerange_remaining": remaining, "expiry": None}
                requests.save(replace(found, request=found.request.model_copy(update=again)))
            self.resumed.append(request_id)

    def _collect(self, stored: StoredFlow, entry: BinEntry) -> list[StoredEvent]:
        """The Flow's own collection, without members that are gone."""
        items = entry.relations.members
        if not items:
            return []
        there = self.repositories.flows.find_many([item.id for item in items])
        for position, item in enumerate(items):
            if item.id not in there:
                self.left_out.append(f"member {item.id}")
                self.repositories.recycle_bin.unplaced.append(
                    Collector(stored.flow.id, position, item)
                )
        kept = tuple(item for item in items if item.id in there)
        return self._written(stored, kept)

    def _collect_again(self, places: Iterable[Collector]) -> list[StoredEvent]:
        """Members at their places in the collections of other Flows."""
        ends: dict[tuple[str, str], list[Collector]] = {}
        for place in places:
            ends.setdefault((place.flow_id, place.item.id), []).append(place)
        return [event for each in ends.values() for event in self._placed(each)]

    def _placed(self, places: Sequence[Collector]) -> list[StoredEvent]:
        """One member in one collection, in which it may have several places."""
        collector_id, member_id = places[0].flow_id, places[0].item.id
        collector = self.repositories.flows.find(collector_id)
        if collector is None:
            self.left_out.append(f"collection {collector_id}")
            self.repositories.recycle_bin.unplaced += places
            return []
        items = self.repositories.collections.members([collector_id]).get(collector_id, [])
        if any(item.id == member_id for item in items):
            return []
        for place in places:
            items.insert(place.position, place.item)
        near = {collector_id: replace(collector, is_unrelated=False)}
        events = self._written(near[collector_id], items)
        return events + renew_collectors(self.repositories, near, [collector_id], self.now)

    def _left_out_before(self, found: Collection[str]) -> list[Collector]:
        """The places of these Flows that earlier restores of the same batch or deletion left out.

        A place counts the members that were still there when this one was deleted. So those deleted last,
        which come back last too, go in first.
        """
        unplaced = self.repositories.recycle_bin.unplaced
        places = [each for each in unplaced if each.item.id in found or each.flow_id in found]
        unplaced[:] = [each for each in unplaced if each not in places]
        last = {(each.flow_id, each.item.id): at for at, each in enumerate(places)}
        return sorted(places, key=lambda it: last[it.flow_id, it.item.id], reverse=True)

    def _written(self, stored: StoredFlow, items: Sequence[object]) -> list[StoredEvent]:
        flow = stored.flow.model_copy(update={"flow_collection": tuple(items)})
        try:
            return collect(self.repositories, with_flow(stored, flow), self.now)
        except InvalidRequestError as error:
            raise ConflictError(str(error)) from error

    def _announced(self, stored: StoredFlow) -> list[StoredEvent]:
        """The events of its Segments, which then name these events as theirs."""
        count = stored.timeline.segment_count
        if not count or count > ANNOUNCED_MAX:
            return []
        reader = reader_of(self.repositories, stored.outline, for_change=True)
        segments, _ = reader.page(PageRequest(TimeRange.eternity(), count))
        marked, events = announced(stored.flow, segments, stored.told_us)
        self.repositories.segments.set_events(stored.outline, marked)
        return events


def check_restorable(caller: Caller, entry: BinEntry) -> None:
    """Raises NotFoundError, ForbiddenError. For an entry of a Flow or a Source."""
    kind = "Source" if entry.kind is BinKind.SOURCE else "Flow"
    for permission in (Permission.DELETE, Permission.WRITE):
        check(caller, permission, kind, entry.resource_id, classes_of(entry.tags))
