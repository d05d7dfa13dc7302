"""A Flow that no longer exists leaves all collections."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from tams.models.collection import FlowCollectionItem
from tams.models.stored import StoredEvent, StoredFlow
from tams.ports import Repositories
from tams.services.clock.record_times import moment_of_change
from tams.services.flows.announcements import flow_event
from tams.services.flows.collections import with_collections, with_derived


def leave_collections(
    repositories: Repositories,
    flow_id: str,
    members: Sequence[FlowCollectionItem],
    collectors: Sequence[str],
    now: datetime,
) -> list[StoredEvent]:
    """Remove a deleted Flow's own collection, and its entries in others'. Returns the events.

    `members` and `collectors` are those it had. Its guard is held, so nobody can collect it in the meantime.
    """
    events: list[StoredEvent] = []
    near = repositories.flows.find_many({*collectors, *(item.id for item in members)})
    if members or collectors:
        events += with_derived(
            repositories,
            flows={item.id: near[item.id] for item in members if item.id in near},
            sources=repositories.collections.sources_near(flow_id),
            change=partial(repositories.collections.forget, flow_id),
            now=now,
        )
    left = [_renewed(near[each], now) for each in collectors if each in near]
    for collector in left:
        repositories.flows.save(collector)
    for collector, shown in zip(left, with_collections(repositories, left), strict=True):
        assert collector.flow.metadata_updated is not None
        events.append(flow_event("flows/updated", shown, collector.flow.metadata_updated))
    return events


def _renewed(stored: StoredFlow, now: datetime) -> StoredFlow:
    """Removing a member from a collection makes a new version of the metadata."""
    moment = moment_of_change(now, stored)
    update = {"metadata_updated": moment, "metadata_version": uuid4().hex}
    return replace(stored, flow=stored.flow.model_copy(update=update))
