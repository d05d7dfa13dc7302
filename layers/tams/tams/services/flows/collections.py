"""flow_collection: which Flows it may contain, and its effect on other Flows and Sources (COL, EVT-18)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from tams.errors import InvalidRequestError, quoted
from tams.models.caller import Permission, classes_of
from tams.models.collection import CollectionItem, FlowCollectionItem
from tams.models.flow import Flow
from tams.models.retention import LOOK_US, bears_on_retention
from tams.models.stored import StoredEvent, StoredFlow
from tams.ports import Repositories
from tams.services.access.permissions import readable_flows, redacted_flows
from tams.services.clock.record_times import moment_after, moment_of_change
from tams.services.flows.announcements import flow_event, source_event
from tams.services.flows.sources import with_collections as sources_with_collections
from tams.timing.microseconds import from_us, to_us


def with_collections(repositories: Repositories, stored: Sequence[StoredFlow]) -> list[Flow]:
    """Complete Flows, with their collections: two round trips, or none if they are unrelated."""
    ids = [each.flow.id for each in stored if not each.is_unrelated]
    members = repositories.collections.members(ids)
    collectors = repositories.collections.collectors(ids)
    return [
        each.flow.model_copy(
            update={
                "flow_collection": tuple(members.get(each.flow.id, ())) or None,
                "collected_by": tuple(collectors.get(each.flow.id, ())) or None,
            }
        )
        for each in stored
    ]


def as_caller_sees(repositories: Repositories, stored: Sequence[StoredFlow]) -> list[Flow]:
    """Flows as this caller sees them."""
    classes = repositories.caller.classes_for(Permission.READ)
    return redacted_flows(repositories, classes, with_collections(repositories, stored))


def with_flow(stored: StoredFlow, flow: Flow) -> StoredFlow:
    """The Flow as it will be stored; `flow` has the collection that it is about to get, if any."""
    unrelated = stored.is_unrelated and not flow.flow_collection
    look_us = LOOK_US if bears_on_retention(stored.flow, flow) else None
    return replace(stored, flow=flow, is_unrelated=unrelated, look_us=look_us)


def items_of(repositories: Repositories, stored: StoredFlow) -> list[FlowCollectionItem]:
    """The members of a Flow. One round trip, or none if it is unrelated."""
    if stored.is_unrelated:
        return []
    return repositories.collections.members([stored.flow.id]).get(stored.flow.id, [])


def collect(
    repositories: Repositories,
    changed: StoredFlow,
    now: datetime,
    old: Sequence[FlowCollectionItem] | None = None,
) -> list[StoredEvent]:
    """Write the collection of a Flow that is already saved, if it differs.

    `old` are its members so far, if they have been read. Returns the events of everything that changed.

    Raises InvalidRequestError for a member that does not exist (COL-2), and for a collection that contradicts
    another one of the same Source (COL-12).
    """
    if changed.is_unrelated:
        return []
    flow = changed.flow
    old = items_of(repositories, changed) if old is None else old
    items = _with_unseen(repositories, old, flow.flow_collection or ())
    if tuple(old) == items:
        return []
    before = {item.id for item in old}
    near = repositories.flows.find_many(before | {item.id for item in items})
    members = {item.id: near[item.id] for item in items if item.id in near}
    _check_members(repositories, flow.flow_collection or (), members)
    source_of = {flow_id: member.flow.source_id for flow_id, member in members.items()}
    repositories.guards.hold([flow.source_id, *members])  # so that none is deleted in the meantime
    for other_id, entries in repositories.collections.of_source(flow.source_id).items():
        ours = [CollectionItem(id=source_of[item.id], role=item.role) for item in items]
        if other_id != flow.id and (fault := contradiction(ours, entries)):
            raise InvalidRequestError(_contradicted(repositories, other_id, fault))
    return with_derived(
        repositories,
        flows={each: near[each] for each in (before ^ members.keys()) & near.keys()},
        sources={
            flow.source_id,
            *source_of.values(),
            *repositories.collections.sources_near(flow.id),
        },
        change=lambda: repositories.collections.replace(changed, items, source_of),
        now=now,
    )


def _with_unseen(
    repositories: Repositories,
    old: Sequence[FlowCollectionItem],
    given: Sequence[FlowCollectionItem],
) -> tuple[FlowCollectionItem, ...]:
    """Restores, at their places, members unknown to the caller, who cannot have meant to remove them."""
    classes = repositories.caller.classes_for(Permission.READ)
    known = readable_flows(repositories, classes, {item.id for item in old})
    left, items = list(given), list[FlowCollectionItem]()
    for item in old:
        if item.id not in known:
            items.append(item)
        elif left:
            items.append(left.pop(0))
    return (*items, *left)


def _check_members(
    repositories: Repositories,
    items: Sequence[FlowCollectionItem],
    members: Mapping[str, StoredFlow],
) -> None:
    """Raises InvalidRequestError for a member that does not exist for this caller."""
    for item in items:
        tags = members[item.id].flow.tags if item.id in members else None
        readable = repositories.caller.may(Permission.READ, classes_of(tags))
        if item.id not in members or not readable:
            raise InvalidRequestError(f"flow_collection: Flow {quoted(item.id)} does not exist")


def _contradicted(repositories: Repositories, other_id: str, fault: str) -> str:
    """Names the contradiction if the caller may see all of it."""
    classes = repositories.caller.classes_for(Permission.READ)
    members = repositories.collections.members([other_id]).get(other_id, [])
    related = {other_id, *(item.id for item in members)}
    if readable_flows(repositories, classes, related) == related:
        return f"flow_collection: Flow {quoted(other_id)} of the same Source has {fault}"
    return "flow_collection: contradicts the flow_collection of another Flow of the same Source"


def contradiction(ours: Sequence[CollectionItem], theirs: Sequence[CollectionItem]) -> str | None:
    """What two Flows' collections, given by member Source, disagree about (SRC-15), or None."""
    mine, other = _roles(ours), _roles(theirs)
    shared = [source_id for source_id in mine if source_id in other]
    for source_id in shared:
        roles, known = mine[source_id], other[source_id]
        if roles and known and not roles & known:
            return (
                f"Source {quoted(source_id)} as {', '.join(quoted(role) for role in sorted(known))}"
            )
    if shared != [source_id for source_id in other if source_id in mine]:
        return "its members in another order"
    return None


def _roles(items: Sequence[CollectionItem]) -> dict[str, set[str]]:
    """Roles by member Source, in order of first appearance."""
    roles: dict[str, set[str]] = {}
    for item in items:
        roles.setdefault(item.id, set()).update({item.role} if item.role else ())
    return roles


class _Derived(NamedTuple):
    """What Flows and Sources show of collections, each by its id: a Flow may have the id of a Source."""

    flows: Mapping[str, object]
    sources: Mapping[str, object]


def with_derived(
    repositories: Repositories,
    *,
    flows: Mapping[str, StoredFlow],
    sources: Collection[str],
    change: Callable[[], object],
    now: datetime,
) -> list[StoredEvent]:
    """Change collections. Returns the events of Flows and Sources that look different now (EVT-18, SRC-18).

    `flows` and `sources` are the candidates; the Flows were read in this transaction. A Source's `updated` is
    set, its `updated_by` is not. Each event is stamped after all earlier events of its Flow or Source.
    """
    before = _derived(repositories, flows, sources)
    change()
    after = _derived(repositories, flows, sources)
    changed = [
        replace(stored, told_us=to_us(moment_of_change(now, stored)), is_unrelated=False)
        for flow_id, stored in flows.items()
        if before.flows.get(flow_id) != after.flows.get(flow_id)
    ]
    repositories.flows.save_latest_event(changed)
    events = [
        flow_event("flows/updated", flow, from_us(stored.told_us))
        for stored, flow in zip(changed, with_collections(repositories, changed), strict=True)
    ]
    for source_id in sorted(sources):
        if before.sources.get(source_id) == after.sources.get(source_id):
            continue
        if (stored := repositories.sources.find(source_id)) is None:
            continue
        moment = moment_after(now, stored.source.updated)
        renewed = replace(
            stored,
            source=stored.source.model_copy(update={"updated": moment}),
            is_unrelated=False,
        )
        repositories.sources.save(renewed)
        (source,) = sources_with_collections(repositories, [renewed])
        events.append(source_event("sources/updated", source, moment))
    return events


def _derived(
    repositories: Repositories, flows: Collection[str], sources: Collection[str]
) -> _Derived:
    members = repositories.collections.source_members(sources)
    collectors = repositories.collections.source_collectors(sources)
    of_sources = {
        source_id: (members.get(source_id), collectors.get(source_id)) for source_id in sources
    }
    return _Derived(repositories.collections.collectors(flows), of_sources)
