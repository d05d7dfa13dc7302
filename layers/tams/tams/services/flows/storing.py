"""Stores a new or replaced Flow with all that follows from it: its Source, collections and events."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from tams.models.caller import Permission
from tams.models.flow import Flow
from tams.models.retention import LOOK_US, has_retention
from tams.models.stored import StoredEvent, StoredFlow
from tams.ports import Repositories
from tams.services.access.permissions import source_to
from tams.services.clock.record_times import moment_after
from tams.services.flows.announcements import flow_event
from tams.services.flows.collections import collect, with_collections, with_derived, with_flow
from tams.services.flows.membership import (
    check_source_format,
    join_source,
    leave_source,
    moment_of_leaving,
)
from tams.timing.microseconds import from_us, to_us


def add_flow(repositories: Repositories, stored: StoredFlow, now: datetime) -> Flow:
    """Returns it as clients see it."""
    source, events = join_source(repositories, stored.flow, now)
    look_us = LOOK_US if has_retention(stored.flow, source) else None
    unrelated = not stored.flow.flow_collection
    stored = replace(stored, is_unrelated=unrelated, look_us=look_us)
    repositories.flows.add(stored)
    derived = collect(repositories, stored, now)
    (created,) = with_collections(repositories, [stored])
    repositories.events.add([*events, flow_event("flows/created", created, now), *derived])
    return created


def replace_flow(repositories: Repositories, stored: StoredFlow, flow: Flow, now: datetime) -> None:
    events: list[StoredEvent] = []
    if flow.source_id != stored.flow.source_id:
        left = source_to(Permission.WRITE, repositories, stored.flow.source_id)
        guarded, gone_us = [flow.source_id], 0
        if left.goes_with_next_flow:  # the Source is deleted with its last Flow
            source_to(Permission.DELETE, repositories, left.source.id)
            guarded, gone_us = [*guarded, left.source.id], to_us(moment_of_leaving(left, now))
        gone = from_us(repositories.guards.hold(guarded, gone_us))
        events += join_source(repositories, flow, moment_after(now, gone))[1]
        events += leave_source(repositories, left, now)
        events += with_derived(
            repositories,
            flows={},
            sources=repositories.collections.sources_near(flow.id) | {flow.source_id},
            change=partial(repositories.collections.move, flow.id, flow.source_id),
            now=now,
        )
    else:
        check_source_format(repositories.sources.find(flow.source_id), flow)
    replaced = with_flow(stored, flow)
    repositories.flows.save(replaced)
    events += collect(repositories, replaced, now)
    (updated,) = with_collections(repositories, [replaced])
    repositories.events.add([*events, flow_event("flows/updated", updated, now)])
