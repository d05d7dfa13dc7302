"""Filters events to what readers of given classes may see (WHK-38).

An event keeps the classes its Flow or Source had at the time. A reader who could read the resource then, but
has lost access because it moved to another class, does not get the event. Members and collectors that are out
of the reader's reach are left out of the events shown.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from tams.models.caller import classes_of
from tams.models.stored import StoredEvent
from tams.ports import Repositories
from tams.services.access.permissions import readable_flows, readable_sources

_COLLECTIONS = ("flow_collection", "source_collection")


def redacted_events(
    repositories: Repositories, classes: Collection[str] | None, events: Iterable[StoredEvent]
) -> dict[str, StoredEvent]:
    """The events by id, without those these readers may not see."""
    found = {event.id: event for event in events}
    if classes is None:
        return found
    gone = _moved_away(repositories, classes, list(found.values()))
    return {
        event_id: replace(event, document=_seen(repositories, classes, event))
        for event_id, event in found.items()
        if not set(classes).isdisjoint(event.auth_classes)
        and (event.flow_id or event.source_id) not in gone
    }


def _moved_away(
    repositories: Repositories, classes: Collection[str], events: Iterable[StoredEvent]
) -> set[str]:
    """The Flows, and the Sources of Source events, that still exist but are now out of reach."""
    events = list(events)
    flow_ids = {event.flow_id for event in events if event.flow_id is not None}
    source_ids = {event.source_id for event in events if event.flow_id is None and event.source_id}
    tags: dict[str, Any] = {
        flow_id: stored.flow.tags
        for flow_id, stored in repositories.flows.find_many(flow_ids).items()
    }
    for source_id in source_ids:
        if (source := repositories.sources.find(source_id)) is not None:
            tags[source_id] = source.source.tags
    return {each for each, own in tags.items() if set(classes).isdisjoint(classes_of(own))}


def _seen(
    repositories: Repositories, classes: Collection[str], event: StoredEvent
) -> dict[str, Any] | None:
    if event.document is None:
        return None
    known_of = readable_sources if event.flow_id is None else readable_flows
    items = {name: event.document.get(name, []) for name in _COLLECTIONS}
    collectors = event.document.get("collected_by", [])
    related = {item["id"] for each in items.values() for item in each} | set(collectors)
    known = known_of(repositories, classes, related)
    lists: dict[str, list[Any]] = {
        name: [item for item in each if item["id"] in known] for name, each in items.items()
    }
    lists["collected_by"] = [each for each in collectors if each in known]
    kept = {name: value for name, value in event.document.items() if name not in lists}
    return kept | {name: each for name, each in lists.items() if each}
