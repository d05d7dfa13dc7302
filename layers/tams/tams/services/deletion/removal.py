"""Takes a Flow out of the store: its row, its place in collections, and its Source if it was the last one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from tams.models.caller import classes_of
from tams.models.collection import FlowCollectionItem
from tams.models.recycle_bin import BinEntry, BinKind, Collector, Deletion, Relations
from tams.models.stored import StoredEvent, StoredFlow
from tams.ports import Repositories
from tams.services.clock.record_times import moment_of_change
from tams.services.flows.announcements import flow_event
from tams.services.flows.collections import with_collections, with_derived
from tams.services.flows.membership import leave_source, moment_of_leaving
from tams.timing.microseconds import to_us


def remove_flow(
    repositories: Repositories, stored: StoredFlow, now: datetime, deletion: Deletion | None
) -> None:
    """Its Segments stay where they are. With a `deletion`, the recycle bin keeps what is removed."""
    flow, source = stored.flow, repositories.sources.get(stored.flow.source_id)
    left_at = moment_of_leaving(source, now)
    guarded = [flow.id, flow.source_id] if source.goes_with_next_flow else [flow.id]
    repositories.guards.hold(guarded, to_us(left_at))  # nobody can collect it in the meantime
    repositories.flows.remove(flow.id)
    members = repositories.collections.members([flow.id]).get(flow.id, [])
    collectors = repositories.collections.collectors([flow.id]).get(flow.id, [])
    if deletion is not None:
        relations = Relations(tuple(members), _places(repositories, flow.id, collectors))
        entries = [BinEntry(str(uuid4()), BinKind.FLOW, deletion, stored, relations=relations)]
        if source.goes_with_next_flow:
            entries.append(BinEntry(str(uuid4()), BinKind.SOURCE, deletion, source=source))
        repositories.recycle_bin.add(entries)
    deleted = StoredEvent(
        id=str(uuid4()),
        event_type="flows/deleted",
        created_us=to_us(now),
        flow_id=flow.id,
        source_id=flow.source_id,
        collected_by=tuple(collectors),
        auth_classes=classes_of(flow.tags),
    )
    events = [deleted, *leave_source(repositories, source, now)]
    if members or collectors:
        events += leave_collections(repositories, flow.id, members, collectors, now)
    repositories.events.add(events)


def leave_collections(
    repositories: Repositories,
    flow_id: str,
    members: Sequence[FlowCollectionItem],
    collectors: Sequence[str],
    now: datetime,
) -> list[StoredEvent]:
    """Remove a Flow that no longer exists from collections, and its own. Returns the events.

    `members` and `collectors` are those it had.
    """
    near = repositories.flows.find_many({*collectors, *(item.id for item in members)})
    events = with_derived(
        repositories,
        flows={item.id: near[item.id] for item in members if item.id in near},
        sources=repositories.collections.sources_near(flow_id),
        change=partial(repositories.collections.forget, flow_id),
        now=now,
    )
    return events + renew_collectors(repositories, near, collectors, now)


def renew_collectors(
    repositories: Repositories,
    near: Mapping[str, StoredFlow],
    collectors: Sequence[str],
    now: datetime,
) -> list[StoredEvent]:
    """A change of its collection makes a new version of a Flow's metadata. Returns the events."""
    changed = [_renewed(near[each], now) for each in collectors if each in near]
    for collector in changed:
        repositories.flows.save(collector)
    events = []
    for collector, shown in zip(changed, with_collections(repositories, changed), strict=True):
        assert collector.flow.metadata_updated is not None
        events.append(flow_event("flows/updated", shown, collector.flow.metadata_updated))
    return events


def _renewed(stored: StoredFlow, now: datetime) -> StoredFlow:
    moment = moment_of_change(now, stored)
    update = {"metadata_updated": moment, "metadata_version": uuid4().hex}
    return replace(stored, flow=stored.flow.model_copy(update=update))


def _places(
    repositories: Repositories, flow_id: str, collectors: Sequence[str]
) -> tuple[Collector, ...]:
    return tuple(
        Collector(collector, position, item)
        for collector, items in repositories.collections.members(collectors).items()
        for position, item in enumerate(items)
        if item.id == flow_id
    )
